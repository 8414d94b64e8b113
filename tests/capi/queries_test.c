/* c_graph.h's questions and openmatrix/simulator.h, asked from C99, argument by argument. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "hiaiengine/c_api.h"
#include "openmatrix/simulator.h"

static int failures = 0;

static void Expect(int holds, const char* what) {
  if (!holds) {
    printf("FAILED: %s\n", what);
    ++failures;
  }
}
#define EXPECT(condition) Expect((condition) != 0, #condition)

static void DevicesCanBeCountedAndWalked(void) {
  uint32_t count = 0;
  uint32_t id = 77;
  uint32_t seen = 1;
  EXPECT(HIAI_GetDeviceNum(&count) == HIAI_OK);
  EXPECT(count == 4);
  EXPECT(HIAI_GetFirstDeviceId(&id) == HIAI_OK);
  EXPECT(id == 0);
  while (HIAI_GetNextDeviceId(id, &id) == HIAI_OK) {
    EXPECT(id == seen);
    ++seen;
  }
  EXPECT(seen == count);
  EXPECT(id == count - 1);
  EXPECT(HIAI_GetNextDeviceId(4, &id) == HIAI_GRAPH_GET_DEVID_ERROR);
  EXPECT(HIAI_GetNextDeviceId(0xFFFFFFFFu, &id) == HIAI_GRAPH_GET_DEVID_ERROR);
  EXPECT(id == count - 1);
}

static void EachDeviceSitsOnABusOfItsOwn(void) {
  int32_t bus = -5;
  int32_t dev = -5;
  int32_t func = -5;
  EXPECT(HIAI_GetPCIeInfo(4, &bus, &dev, &func) == HIAI_GRAPH_GET_PCIEINFO_ERROR);
  EXPECT(HIAI_GetPCIeInfo(0xFFFFFFFFu, &bus, &dev, &func) == HIAI_GRAPH_GET_PCIEINFO_ERROR);
  EXPECT(bus == -5 && dev == -5 && func == -5);
  EXPECT(HIAI_GetPCIeInfo(0, &bus, &dev, &func) == HIAI_OK);
  EXPECT(bus == 1 && dev == 0 && func == 0);
  EXPECT(HIAI_GetPCIeInfo(3, &bus, &dev, &func) == HIAI_OK);
  EXPECT(bus == 4 && dev == 0 && func == 0);
}

static void NullsAreRefusedOneByOne(void) {
  int32_t number = 0;
  EXPECT(HIAI_GetFirstGraphId(NULL) == HIAI_GRAPH_GET_GRAPHID_ERROR);
  EXPECT(HIAI_GetNextGraphId(0, NULL) == HIAI_GRAPH_GET_GRAPHID_ERROR);
  EXPECT(HIAI_GetDeviceNum(NULL) == HIAI_GRAPH_GET_DEVNUM_ERROR);
  EXPECT(HIAI_GetFirstDeviceId(NULL) == HIAI_GRAPH_GET_DEVID_ERROR);
  EXPECT(HIAI_GetNextDeviceId(0, NULL) == HIAI_GRAPH_GET_DEVID_ERROR);
  EXPECT(HIAI_GetPCIeInfo(0, NULL, &number, &number) == HIAI_GRAPH_GET_PCIEINFO_ERROR);
  EXPECT(HIAI_GetPCIeInfo(0, &number, NULL, &number) == HIAI_GRAPH_GET_PCIEINFO_ERROR);
  EXPECT(HIAI_GetPCIeInfo(0, &number, &number, NULL) == HIAI_GRAPH_GET_PCIEINFO_ERROR);
}

static void TheVersionIsTwo(void) {
  HIAI_API_VERSION version = HIAI_GetAPIVersion();
  EXPECT(version == HIAI_API_VERSION_V2_00);
  EXPECT(HIAI_API_VERSION_V1_00 == 100 && HIAI_API_VERSION_V1_01 == 101);
  EXPECT(HIAI_API_VERSION_V2_00 == 200 && HIAI_API_MAX_SUB_VERSION == 100);
  EXPECT(HIAI_INVAILED_DEVICE_ID == -1);
}

static int WriteGraph(const char* path) {
  FILE* file = fopen(path, "w");
  if (file == NULL) return 0;
  fputs("graphs { graph_id: 12 }", file);
  return fclose(file) == 0;
}

static void APathIsTakenWithAndWithoutItsZero(const char* path) {
  uint32_t id = 0;
  EXPECT(WriteGraph(path));
  EXPECT(HIAI_CreateGraph(path, strlen(path)) == HIAI_OK);
  EXPECT(HIAI_GetFirstGraphId(&id) == HIAI_OK);
  EXPECT(id == 12);
  EXPECT(HIAI_GetNextGraphId(id, &id) == HIAI_GRAPH_GET_GRAPHID_ERROR);
  EXPECT(HIAI_DestroyGraph(12) == HIAI_OK);
  EXPECT(HIAI_GetFirstGraphId(&id) == HIAI_GRAPH_GET_GRAPHID_ERROR);
  EXPECT(HIAI_CreateGraph(path, strlen(path) + 1) == HIAI_OK);
  EXPECT(HIAI_DestroyGraph(12) == HIAI_OK);
  remove(path);
}

static void LengthsOutOfRangeAreRefused(void) {
  char name[400];
  memset(name, 'x', sizeof name);
  EXPECT(HIAI_CreateGraph(NULL, 5) == HIAI_GRAPH_PROTO_FILE_PARSE_FAILED);
  EXPECT(HIAI_CreateGraph(NULL, 0) == HIAI_GRAPH_PROTO_FILE_PARSE_FAILED);
  EXPECT(HIAI_CreateGraph(name, 0) == HIAI_GRAPH_PROTO_FILE_PARSE_FAILED);
  EXPECT(HIAI_CreateGraph("", 1) == HIAI_GRAPH_PROTO_FILE_PARSE_FAILED);
  EXPECT(HIAI_CreateGraph(name, 255) == HIAI_FILE_NOT_EXIST);
  EXPECT(HIAI_CreateGraph(name, 256) == HIAI_GRAPH_PROTO_FILE_PARSE_FAILED);
  EXPECT(HIAI_CreateGraph(name, 257) == HIAI_GRAPH_PROTO_FILE_PARSE_FAILED);
  EXPECT(HIAI_CreateGraph(name, (size_t)-1) == HIAI_GRAPH_PROTO_FILE_PARSE_FAILED);
  name[255] = '\0';
  EXPECT(HIAI_CreateGraph(name, 256) == HIAI_FILE_NOT_EXIST);
}

static HIAI_StatusT NeverCalled(void* message) {
  (void)message;
  return HIAI_ERROR;
}

static void TheOtherCallsRefuseWhatIsWrong(void) {
  HIAI_PortID_t port = {12345, 1, 0};
  int message = 0;
  EXPECT(HIAI_DestroyGraph(12345) == HIAI_GRAPH_NOT_EXIST);
  EXPECT(HIAI_C_SendData(port, "name", 4, &message) == HIAI_GRAPH_NOT_EXIST);
  EXPECT(HIAI_C_SendData(port, NULL, 4, &message) == HIAI_GRAPH_INVALID_VALUE);
  EXPECT(HIAI_C_SendData(port, "name", 4, NULL) == HIAI_GRAPH_INVALID_VALUE);
  EXPECT(HIAI_SetDataRecvFunctor(port, NeverCalled) == HIAI_GRAPH_NOT_EXIST);
  EXPECT(HIAI_SetDataRecvFunctor(port, NULL) != HIAI_OK);
}

static void DevicesGoAwayAndComeBack(void) {
  uint32_t count = 0;
  EXPECT(openmatrix_disconnect_device(3) == 0);
  EXPECT(openmatrix_disconnect_device(3) == 0);
  EXPECT(openmatrix_disconnect_device(4) == -1);
  EXPECT(HIAI_GetDeviceNum(&count) == HIAI_OK);
  EXPECT(count == 4);
  EXPECT(openmatrix_reconnect_device(3) == 0);
  EXPECT(openmatrix_reconnect_device(3) == 0);
  EXPECT(openmatrix_reconnect_device(4) == -1);
  EXPECT(openmatrix_notify_power_state(0, 0) == 0);
  EXPECT(openmatrix_notify_power_state(4, 0) == -1);
  EXPECT(openmatrix_notify_power_state(0, 6) == -1);
  EXPECT(openmatrix_notify_power_state(0, -1) == -1);
}

int main(int count, char** arguments) {
  char path[200];
  if (count < 1 || strlen(arguments[0]) > 150) return 2;
  snprintf(path, sizeof path, "%s.config", arguments[0]);
  DevicesCanBeCountedAndWalked();
  EachDeviceSitsOnABusOfItsOwn();
  NullsAreRefusedOneByOne();
  TheVersionIsTwo();
  APathIsTakenWithAndWithoutItsZero(path);
  LengthsOutOfRangeAreRefused();
  TheOtherCallsRefuseWhatIsWrong();
  DevicesGoAwayAndComeBack();
  return failures == 0 ? 0 : 1;
}
