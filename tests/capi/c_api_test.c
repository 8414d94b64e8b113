/* The surface for C, compiled by the C compiler as C99: statuses, memory, log, refusals. */
#include "hiaiengine/c_api.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "openmatrix/stats.h"

enum { OWN_FAILURE_CODE = 5 };
HIAI_DEF_ERROR_CODE(0x6001, HIAI_ERROR, OWN_FAILURE, "only C++ sees this text")

static int failures = 0;

static void Expect(int holds, const char* what) {
  if (!holds) {
    printf("FAILED: %s\n", what);
    ++failures;
  }
}
#define EXPECT(condition) Expect((condition) != 0, #condition)

static void StatusesHaveTheirValues(void) {
  EXPECT(HIAI_OK == 0x01011000u);
  EXPECT(HIAI_QUEUE_FULL == 0x0102303Eu);
  EXPECT(HIAI_UNPACK_AI_FILE_FAILED == 0x010130C4u);
  EXPECT(HIAI_GRAPH_NOT_FIND_MEMORY == HIAI_GRAPH_NOT_FOND_MEMORY);
  EXPECT(HIAI_STATUS_CODE_TOTAL == 197);
  EXPECT(OWN_FAILURE == 0x60013005u);
  EXPECT(HIAI_GET_ERROR_LEVEL(OWN_FAILURE) == HIAI_ERROR);
}

static void ABlockIsAllocatedWrittenAndFreed(void) {
  unsigned char* block = (unsigned char*)HIAI_DMalloc(4096, 0, MEMORY_ATTR_AUTO_FREE);
  EXPECT(block != NULL);
  if (block == NULL) return;
  EXPECT((uintptr_t)block % 128 == 0);
  memset(block, 0x5a, 4096);
  EXPECT(block[4095] == 0x5a);
  EXPECT(HIAI_DFree(block) == HIAI_OK);
  EXPECT(HIAI_DFree(block) == HIAI_GRAPH_NOT_FOND_MEMORY);
}

static void BadSizesGiveNull(void) {
  EXPECT(HIAI_DMalloc(0, 0, MEMORY_ATTR_MANUAL_FREE) == NULL);
  EXPECT(HIAI_DMalloc(268435457u, 0, MEMORY_ATTR_MANUAL_FREE) == NULL);
  EXPECT(HIAI_DVPP_DMalloc(0) == NULL);
}

static void FamiliesAreNotMixed(void) {
  void* transfer = HIAI_DMalloc(100, 0, HIAI_MEMORY_ATTR_MANUAL_FREE);
  void* dvpp = HIAI_DVPP_DMalloc(100);
  EXPECT(transfer != NULL);
  EXPECT(dvpp != NULL);
  EXPECT(HIAI_DVPP_DFree(transfer) == HIAI_GRAPH_WRONG_MEMORY_TYPE);
  EXPECT(HIAI_DFree(dvpp) == HIAI_GRAPH_WRONG_MEMORY_TYPE);
  EXPECT(HIAI_DFree(transfer) == HIAI_OK);
  EXPECT(HIAI_DVPP_DFree(dvpp) == HIAI_OK);
}

static void NullAndForeignAddressesAreRefused(void) {
  int foreign = 0;
  EXPECT(HIAI_DFree(NULL) == HIAI_GRAPH_INVALID_VALUE);
  EXPECT(HIAI_DVPP_DFree(NULL) == HIAI_GRAPH_INVALID_VALUE);
  EXPECT(HIAI_DFree(&foreign) == HIAI_GRAPH_NOT_FOND_MEMORY);
}

static void UnknownGraphsAndFilesAreRefused(void) {
  HIAI_PortID_t port = {12345, 1, 0};
  int message = 0;
  EXPECT(HIAI_DestroyGraph(12345) == HIAI_GRAPH_NOT_EXIST);
  EXPECT(HIAI_CreateGraph("no_such_file.config", strlen("no_such_file.config")) != HIAI_OK);
  EXPECT(HIAI_C_SendData(port, "name", 4, &message) != HIAI_OK);
  EXPECT(HIAI_SetDataRecvFunctor(port, NULL) != HIAI_OK);
}

static void TheNumbersShowNothingLeft(void) {
  OpenmatrixMemoryStats stats;
  memset(&stats, 0, sizeof stats);
  EXPECT(openmatrix_get_memory_stats(NULL) == -1);
  EXPECT(openmatrix_get_memory_stats(&stats) == -1);
  stats.size = (uint32_t)sizeof stats;
  stats.version = OPENMATRIX_MEMORY_STATS_VERSION;
  EXPECT(openmatrix_get_memory_stats(&stats) == 0);
  EXPECT(stats.views[0].live_blocks == 0);
  EXPECT(stats.views[0].allocations == 3);
  EXPECT(stats.views[0].frees == 3);
  EXPECT(stats.bad_frees >= 4);
}

int main(void) {
  EXPECT(HIAI_Init(0) == HIAI_OK);
  EXPECT(HIAI_Init(64) == HIAI_INIT_FAIL);
  StatusesHaveTheirValues();
  ABlockIsAllocatedWrittenAndFreed();
  BadSizesGiveNull();
  FamiliesAreNotMixed();
  NullAndForeignAddressesAreRefused();
  UnknownGraphsAndFilesAreRefused();
  TheNumbersShowNothingLeft();
  HIAI_ENGINE_LOG(MODID_OTHER, HIAI_INIT_FAIL, "a line from C: %d", failures);
  return failures == 0 ? 0 : 1;
}
