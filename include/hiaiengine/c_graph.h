// The graph and memory functions for C. C++ sees them too, with two more that take C++ types.
#pragma once

#include "hiaiengine/internal/memory_attr.h"
#include "hiaiengine/status.h"

#if defined(__cplusplus)
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#else
#include <stddef.h>
#include <stdint.h>
#endif

#if defined(__cplusplus)
extern "C" {
#endif

/// @brief One port of one engine of one graph.
typedef struct HIAI_PortID {
  uint32_t graph_id;   ///< the graph
  uint32_t engine_id;  ///< the engine in it
  uint32_t port_id;    ///< its input port for sends, its output port for receivers
} HIAI_PortID_t;

/// @brief Receives what an engine sends; the message is valid until it returns.
typedef HIAI_StatusT (*HIAI_RecvDataCallbackT)(void*);

/// @brief hiai::HIAIMemory::HIAI_DMalloc for C.
///
/// @param[in] dataSize  bytes, 1 .. 268435360
/// @param[in] timeOut   milliseconds to wait for memory to come back; 0 tries once
/// @param[in] flag      one of HIAI_Memory_attr_t
/// @return    the block, aligned to 128 bytes, contents undefined; null on failure
/// @ownership the caller's until HIAI_DFree, or until an AUTO_FREE block crosses sides
/// @threads   any, at once
/// @source    [doc]
HIAI_LIB_VISIBILITY void* HIAI_DMalloc(const uint32_t dataSize, const uint32_t timeOut,
                                       uint32_t flag);

/// @brief hiai::HIAIMemory::HIAI_DFree for C.
///
/// @param[in] dataBuffer  start of the block
/// @return    HIAI_OK; HIAI_GRAPH_INVALID_VALUE; HIAI_GRAPH_NOT_FOND_MEMORY;
///            HIAI_GRAPH_WRONG_MEMORY_TYPE
/// @ownership the library's afterwards
/// @threads   any, at once, until the process ends
/// @source    [doc]
HIAI_LIB_VISIBILITY HIAI_StatusT HIAI_DFree(void* dataBuffer);

/// @brief hiai::HIAIMemory::HIAI_DVPP_DMalloc for C. Never waits.
///
/// @param[in] dataSize  bytes, 1 .. 268435360
/// @return    the block, aligned to 128 bytes; null on failure
/// @ownership the caller's until HIAI_DVPP_DFree
/// @threads   any, at once
/// @source    [doc]
HIAI_LIB_VISIBILITY void* HIAI_DVPP_DMalloc(const uint32_t dataSize);

/// @brief hiai::HIAIMemory::HIAI_DVPP_DFree for C.
///
/// @param[in] dataBuffer  start of the block
/// @return    as HIAI_DFree
/// @ownership the library's afterwards
/// @threads   any, at once, until the process ends
/// @source    [doc]
HIAI_LIB_VISIBILITY HIAI_StatusT HIAI_DVPP_DFree(void* dataBuffer);

/// @brief Creates and starts every graph of a configuration file.
///
/// @param[in] configFile  path of a protobuf text file
/// @param[in] len         length of the path, 1 .. 255, with or without its zero
/// @return  HIAI_OK; HIAI_GRAPH_PROTO_FILE_PARSE_FAILED, also for null and a length out of range;
///          as hiai::Graph::CreateGraph
/// @threads any, at once
/// @source  [doc] signature and codes, [choice] counting the zero is fine
HIAI_LIB_VISIBILITY HIAI_StatusT HIAI_CreateGraph(const char* configFile, size_t len);

/// @brief Stops a graph.
///
/// @param[in] graphID  its id
/// @return  as hiai::Graph::DestroyGraph
/// @threads any, at once
/// @source  [doc]
HIAI_LIB_VISIBILITY HIAI_StatusT HIAI_DestroyGraph(uint32_t graphID);

/// @brief Sends the object behind a pointer. The receiver gets an object of its own.
///
/// @param[in] targetPortConfig  graph, engine and input port
/// @param[in] messageName       the registered name of the object's type
/// @param[in] len               length of the name; 0 reads up to its zero
/// @param[in] dataPtr           the object
/// @return    as hiai::Graph::SendData with a time-out of 0; HIAI_GRAPH_CONVCFUNC_IS_NULL without a
///            registered converter
/// @ownership the caller's, who may release the object on return
/// @threads   any, at once
/// @source    [doc] signature, [choice] a copy on the same side too
HIAI_LIB_VISIBILITY HIAI_StatusT HIAI_C_SendData(HIAI_PortID_t targetPortConfig,
                                                 const char* messageName, size_t len,
                                                 void* dataPtr);

/// @brief Sets the function that receives what an engine sends on an output port.
///
/// @param[in] targetPortConfig  graph, engine and output port, on the host
/// @param[in] recvDataCallback  the function
/// @return  as hiai::Graph::SetDataRecvFunctor
/// @threads any, at once; the function runs on the sender's thread
/// @source  [doc]
HIAI_LIB_VISIBILITY HIAI_StatusT HIAI_SetDataRecvFunctor(HIAI_PortID_t targetPortConfig,
                                                         HIAI_RecvDataCallbackT recvDataCallback);

/// @brief The smallest id of the graphs that exist now.
///
/// @param[out] firstGraphId  the id; untouched on failure
/// @return  HIAI_OK; HIAI_GRAPH_GET_GRAPHID_ERROR if there is no graph, or for null
/// @threads any, at once
/// @source  [doc] signature and codes, [choice] the order
HIAI_LIB_VISIBILITY HIAI_StatusT HIAI_GetFirstGraphId(uint32_t* firstGraphId);

/// @brief The smallest id above another one. That one need not exist: it may just have gone.
///
/// @param[in]  curGraphId   the id before
/// @param[out] nextGraphId  the id after it; untouched on failure
/// @return  HIAI_OK; HIAI_GRAPH_GET_GRAPHID_ERROR after the last, or for null
/// @threads any, at once
/// @source  [doc] signature and codes, [choice] the order
HIAI_LIB_VISIBILITY HIAI_StatusT HIAI_GetNextGraphId(const uint32_t curGraphId,
                                                     uint32_t* nextGraphId);

/// @brief How many devices are simulated, disconnected ones included.
///
/// @param[out] devCount  the number, 1 .. 64; untouched on failure
/// @return  HIAI_OK; HIAI_GRAPH_GET_DEVNUM_ERROR for null
/// @threads any, at once
/// @source  [doc] signature and codes, [choice] the number is that of OPENMATRIX_DEVICES
HIAI_LIB_VISIBILITY HIAI_StatusT HIAI_GetDeviceNum(uint32_t* devCount);

/// @brief The first device.
///
/// @param[out] firstDevId  its id, 0; untouched on failure
/// @return  HIAI_OK; HIAI_GRAPH_GET_DEVID_ERROR for null
/// @threads any, at once
/// @source  [doc]
HIAI_LIB_VISIBILITY HIAI_StatusT HIAI_GetFirstDeviceId(uint32_t* firstDevId);

/// @brief The device after another one.
///
/// @param[in]  curDevId   the id before
/// @param[out] nextDevId  the id after it; untouched on failure
/// @return  HIAI_OK; HIAI_GRAPH_GET_DEVID_ERROR after the last, for an unknown id, or for null
/// @threads any, at once
/// @source  [doc]
HIAI_LIB_VISIBILITY HIAI_StatusT HIAI_GetNextDeviceId(const uint32_t curDevId, uint32_t* nextDevId);

/// @brief Where a device would sit on the PCIe bus: each on a bus of its own.
///
/// @param[in]  devId  the device
/// @param[out] bus    devId + 1
/// @param[out] dev    0
/// @param[out] func   0; all three untouched on failure
/// @return  HIAI_OK; HIAI_GRAPH_GET_PCIEINFO_ERROR for an unknown device, or for null
/// @threads any, at once
/// @source  [doc] signature and codes, [choice] the numbers
HIAI_LIB_VISIBILITY HIAI_StatusT HIAI_GetPCIeInfo(const uint32_t devId, int32_t* bus, int32_t* dev,
                                                  int32_t* func);

/// @brief The version of the interface that this library implements.
///
/// @return  HIAI_API_VERSION_V2_00
/// @threads any, at once
/// @source  [doc] signature, [choice] the version
HIAI_LIB_VISIBILITY HIAI_API_VERSION HIAI_GetAPIVersion(void);

#if defined(__cplusplus)
/// @brief hiai::Graph::SendData without a graph object; does not wait unless told to.
///
/// @param[in] targetPortConfig  graph, engine and input port
/// @param[in] messageName       the registered name of the message's type
/// @param[in] dataPtr           the message, unchanged
/// @param[in] timeOut           milliseconds to wait in all; 0 tries once
/// @return    as hiai::Graph::SendData
/// @ownership as hiai::Graph::SendData
/// @threads   any, at once
/// @source    [doc]
HIAI_LIB_VISIBILITY HIAI_StatusT HIAI_SendData(HIAI_PortID_t targetPortConfig,
                                               const std::string& messageName,
                                               std::shared_ptr<void>& dataPtr,
                                               const uint32_t timeOut = 0);

}  // extern "C"

static_assert(sizeof(HIAI_PortID_t) == 12, "the layout of a port is part of the ABI");
#endif
