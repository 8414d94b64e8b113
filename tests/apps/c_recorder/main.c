/* recorder: a program in C; only the engines are C++.
 *
 * Shows: c_api.h, HIAI_CreateGraph with the size of an array, HIAI_C_SendData whose object the
 * caller reuses at once, HIAI_SetDataRecvFunctor, the C memory functions, queries of graphs and
 * devices, a log line from C, securec.h in C. */
#define _GNU_SOURCE
#include <libgen.h>
#include <stdio.h>
#include <unistd.h>

#include "clip.h"
#include "hiaiengine/c_api.h"
#include "securec.h"

#define CLIPS 40
#define SAMPLES 30000

static const char kConfig[] = "./recorder.prototxt";
static int g_done;
static int g_wrong;

static int32_t Sum(uint32_t number) { return number == CLIPS ? 0 : (int32_t)number * SAMPLES; }

static HIAI_StatusT OnLevel(void* message) {
  const Level* level = (const Level*)message;
  char title[24];
  uint32_t number = (uint32_t)__atomic_load_n(&g_done, __ATOMIC_ACQUIRE);
  if (memset_s(title, sizeof title, 0, sizeof title) != EOK ||
      sprintf_s(title, sizeof title, "clip %u", number) < 0) {
    return HIAI_ERROR;
  }
  if (level->number != number || level->sum != Sum(number) || strcmp(level->title, title) != 0) {
    ++g_wrong;
  }
  __atomic_add_fetch(&g_done, 1, __ATOMIC_RELEASE);
  return HIAI_OK;
}

/* Sends one clip; the last one is empty. */
static HIAI_StatusT SendClip(uint32_t number) {
  HIAI_PortID_t mixer = {64, 1, 0};
  Clip clip = {number, 0, NULL};
  HIAI_StatusT ret;
  uint32_t i;
  if (number < CLIPS) {
    uint32_t flag = number % 2 == 0 ? MEMORY_ATTR_AUTO_FREE : MEMORY_ATTR_MANUAL_FREE;
    clip.count = SAMPLES;
    clip.samples = (int16_t*)HIAI_DMalloc(SAMPLES * sizeof(int16_t), 10000, flag);
    if (clip.samples == NULL) {
      return HIAI_GRAPH_NO_MEMORY;
    }
    for (i = 0; i < SAMPLES; ++i) {
      clip.samples[i] = (int16_t)number;
    }
  }
  while ((ret = HIAI_C_SendData(mixer, "Clip", 4, &clip)) == HIAI_QUEUE_FULL) {
    usleep(1000);
  }
  if (clip.samples != NULL && (ret != HIAI_OK || number % 2 == 1)) {
    if (HIAI_DFree(clip.samples) != HIAI_OK) {
      ++g_wrong;
    }
  }
  memset_s(&clip, sizeof clip, 0xff, sizeof clip);
  return ret;
}

static int CheckQueries(void) {
  uint32_t first = 0, next = 0, devices = 0;
  return HIAI_GetFirstGraphId(&first) == HIAI_OK && first == 64 &&
         HIAI_GetNextGraphId(first, &next) == HIAI_GRAPH_GET_GRAPHID_ERROR &&
         HIAI_GetDeviceNum(&devices) == HIAI_OK && devices > 0 &&
         HIAI_GetFirstDeviceId(&first) == HIAI_OK && first == 0 &&
         HIAI_GetAPIVersion() == HIAI_API_VERSION_V2_00;
}

int main(int argc, char* argv[]) {
  HIAI_PortID_t tape = {64, 2, 0};
  uint32_t number;
  int tries;
  if (chdir(dirname(argv[0])) != 0) return 2;
  if (HIAI_Init(0) != HIAI_OK || HIAI_CreateGraph(kConfig, sizeof(kConfig)) != HIAI_OK) {
    HIAI_ENGINE_LOG(MODID_OTHER, HIAI_INIT_FAIL, "no graph of %d", argc);
    printf("c_recorder: cannot start\n");
    return 1;
  }
  if (HIAI_SetDataRecvFunctor(tape, OnLevel) != HIAI_OK || !CheckQueries()) {
    printf("c_recorder: the library does not answer well\n");
    return 1;
  }
  for (number = 0; number <= CLIPS; ++number) {
    HIAI_StatusT ret = SendClip(number);
    if (ret != HIAI_OK) {
      printf("c_recorder: clip %u lost, 0x%x\n", number, ret);
      return 1;
    }
  }
  for (tries = 0; tries < 40000; ++tries) {
    if (__atomic_load_n(&g_done, __ATOMIC_ACQUIRE) == CLIPS + 1) break;
    usleep(1000);
  }
  if (HIAI_DestroyGraph(64) != HIAI_OK || g_done != CLIPS + 1 || g_wrong != 0) {
    printf("c_recorder: %d clips, %d wrong\n", g_done, g_wrong);
    return 1;
  }
  printf("c_recorder: %d clips\n", g_done);
  return 0;
}
