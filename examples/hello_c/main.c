/* hello_c, two stars: memory and a graph from C99. Run it where hello_c.config and
 * libnote_engines.so are. */
#define _POSIX_C_SOURCE 200809L

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "hiaiengine/c_api.h"
#include "note.h"

enum { GRAPH = 2, ANSWER_ENGINE = 1, ECHO_ENGINE = 2, PATIENCE_SECONDS = 60 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static Note received;
static int has_received = 0;

static int Check(HIAI_StatusT status, const char* what) {
  if (status == HIAI_OK) return 1; /* not zero: always compare */
  fprintf(stderr, "hello_c: %s failed: 0x%08x\n", what, (unsigned)status);
  return 0;
}

/* A block of transfer memory is ordinary memory with functions of its own. */
static int UseMemory(void) {
  const uint32_t bytes = 1 << 20;
  void* block = HIAI_DMalloc(bytes, 500, MEMORY_ATTR_MANUAL_FREE);
  if (block == NULL) {
    fprintf(stderr, "hello_c: no transfer memory\n");
    return 0;
  }
  memset(block, 0, bytes);
  return Check(HIAI_DFree(block), "HIAI_DFree");
}

/* Runs on the thread of the engine that sends; the message is gone when this returns. */
static HIAI_StatusT Receive(void* message) {
  pthread_mutex_lock(&mutex);
  received = *(const Note*)message;
  has_received = 1;
  pthread_cond_signal(&changed);
  pthread_mutex_unlock(&mutex);
  return HIAI_OK;
}

static int WaitForAnswer(void) {
  struct timespec deadline;
  int late = 0;
  clock_gettime(CLOCK_REALTIME, &deadline);
  deadline.tv_sec += PATIENCE_SECONDS;
  pthread_mutex_lock(&mutex);
  while (!has_received && !late) late = pthread_cond_timedwait(&changed, &mutex, &deadline);
  late = !has_received;
  pthread_mutex_unlock(&mutex);
  if (late) fprintf(stderr, "hello_c: no answer\n");
  return !late;
}

static int Talk(void) {
  const HIAI_PortID_t input = {GRAPH, ANSWER_ENGINE, 0};
  const HIAI_PortID_t output = {GRAPH, ECHO_ENGINE, 0};
  Note note = {41, "hello from c"};
  if (!Check(HIAI_SetDataRecvFunctor(output, Receive), "HIAI_SetDataRecvFunctor")) return 0;
  /* The note was copied when this returns: it may live on the stack. */
  if (!Check(HIAI_C_SendData(input, NOTE_NAME, strlen(NOTE_NAME), &note), "HIAI_C_SendData")) {
    return 0;
  }
  if (!WaitForAnswer()) return 0;
  printf("%u %s\n", (unsigned)received.number, received.text);
  return 1;
}

int main(void) {
  static const char config[] = "hello_c.config";
  int talked;
  if (!Check(HIAI_Init(0), "HIAI_Init") || !UseMemory()) return 1;
  if (!Check(HIAI_CreateGraph(config, strlen(config)), "HIAI_CreateGraph")) return 1;
  talked = Talk();
  return Check(HIAI_DestroyGraph(GRAPH), "HIAI_DestroyGraph") && talked ? 0 : 1;
}
