// Pooled memory for payloads that cross between host and device without a copy, and for DVPP.
//
// The two families are freed each by its own call; inside a family the class and the C functions of
// c_graph.h may be mixed. All functions may be used as deleters and work until the process ends.
#pragma once

#include <cstdint>

#include "hiaiengine/internal/memory_attr.h"
#include "hiaiengine/internal/usual_headers.h"
#include "hiaiengine/status.h"

namespace hiai {

/// @brief Milliseconds that HIAI_DMalloc waits if nothing else is said.
constexpr uint32_t MALLOC_DEFAULT_TIME_OUT = 500;
/// @brief Reserved by the vendor; no effect.
constexpr uint32_t HIAI_ALIBUF_MAP_VA32BIT = 0x200;

/// @brief The flags of HIAI_DMalloc.
using HIAI_MEMORY_ATTR = ::HIAI_Memory_attr_t;
using ::HIAI_MEMORY_ATTR_ATUO_FREE;
using ::HIAI_MEMORY_ATTR_AUTO_FREE;
using ::HIAI_MEMORY_ATTR_MANUAL_FREE;
using ::HIAI_MEMORY_ATTR_MAX;
using ::HIAI_MEMORY_ATTR_NONE;
using ::HIAI_MEMORY_HUGE_PAGE;
using ::IAI_MEMORY_ATTR_MAX;
using ::MEMORY_ATTR_ATUO_FREE;
using ::MEMORY_ATTR_AUTO_FREE;
using ::MEMORY_ATTR_MANUAL_FREE;
using ::MEMORY_ATTR_MAX;
using ::MEMORY_ATTR_NONE;

/// @brief The memory functions for C++.
class HIAI_LIB_VISIBILITY HIAIMemory {
 public:
  /// @brief Takes a block for payloads that will be sent with SendData.
  ///
  /// @param[in]  dataSize    bytes, 1 .. 268435360
  /// @param[out] dataBuffer  the block, aligned to 128 bytes, contents undefined; null on failure
  /// @param[in]  timeOut     milliseconds to wait for memory to come back; 0 tries once
  /// @param[in]  flag        one of HIAI_MEMORY_ATTR
  /// @return HIAI_OK; HIAI_GRAPH_INVALID_VALUE (size 0); HIAI_GRAPH_MALLOC_LARGER;
  ///         HIAI_GRAPH_NO_MEMORY (limit reached, time over); HIAI_MEMORY_POOL_UPDATE_FAILED (the
  ///         system refuses pages); HIAI_GRAPH_MEMORY_POOL_STOPPED (graph is being destroyed)
  /// @ownership the caller's until HIAI_DFree, or until an AUTO_FREE block crosses sides as the
  ///            data of a fast message with HIAI_OK
  /// @threads   any, at once; before HIAI_Init and after DestroyGraph too
  /// @source    [doc] signature and codes, [choice] alignment, code of size 0
  static HIAI_StatusT HIAI_DMalloc(const uint32_t dataSize, void*& dataBuffer,
                                   const uint32_t& timeOut = MALLOC_DEFAULT_TIME_OUT,
                                   uint32_t flag = HIAI_MEMORY_ATTR_ATUO_FREE);  // sic

  /// @brief Gives back a block of HIAI_DMalloc, or one that a deserialize function was given.
  ///
  /// @param[in] dataBuffer  start of the block
  /// @return HIAI_OK; HIAI_GRAPH_INVALID_VALUE (null); HIAI_GRAPH_NOT_FOND_MEMORY (not a live
  ///         block of ours, or sent away); HIAI_GRAPH_WRONG_MEMORY_TYPE (DVPP). On all but HIAI_OK
  ///         nothing has changed
  /// @ownership the library's afterwards
  /// @threads   any, at once, until the process ends
  /// @source    [doc] codes, [sample] late frees of sent blocks
  static HIAI_StatusT HIAI_DFree(void* dataBuffer);

  /// @brief Whether bytes lie inside one block of HIAI_DMalloc.
  ///
  /// @param[in] dataBuffer  first byte, may be inside a block
  /// @param[in] dataSize    bytes; 0 asks about the address alone
  /// @return  true if all of them do and the block is live on the side of the address
  /// @threads any, at once
  /// @source  [doc] signature, [choice] interior addresses, size 0
  static bool IsDMalloc(const void* dataBuffer, const uint32_t& dataSize);

  /// @brief Takes a block that DVPP can work on. Never waits.
  ///
  /// @param[in]  dataSize    bytes, 1 .. 268435360
  /// @param[out] dataBuffer  the block, aligned to 128 bytes, inside the 4 GiB window of its side;
  ///                         null on failure
  /// @return    as HIAI_DMalloc; HIAI_MEMORY_NOT_SUPPORT on the host under strict rules
  /// @ownership the caller's until HIAI_DVPP_DFree, also when it was sent
  /// @threads   any, at once
  /// @source    [doc], [choice] works on the host
  static HIAI_StatusT HIAI_DVPP_DMalloc(const uint32_t dataSize, void*& dataBuffer);

  /// @brief Gives back a block of HIAI_DVPP_DMalloc.
  ///
  /// @param[in] dataBuffer  start of the block
  /// @return    as HIAI_DFree; HIAI_GRAPH_WRONG_MEMORY_TYPE for a block of HIAI_DMalloc
  /// @ownership the library's afterwards
  /// @threads   any, at once, until the process ends
  /// @source    [doc]
  static HIAI_StatusT HIAI_DVPP_DFree(void* dataBuffer);

  HIAIMemory() = default;
  ~HIAIMemory() = default;
  HIAIMemory(const HIAIMemory&) = delete;
  HIAIMemory& operator=(const HIAIMemory&) = delete;
  HIAIMemory(HIAIMemory&&) = delete;
  HIAIMemory& operator=(HIAIMemory&&) = delete;
};

}  // namespace hiai
