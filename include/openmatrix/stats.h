// What memory and transfers of this process did so far, as plain numbers. C99 and C++11.
//
// Counters are collected without stopping anybody: each number is exact, all of them together are
// of about the same moment. Our own extra; nothing of the vendor's is like it.
#pragma once

#include "hiaiengine/internal/visibility.h"

#if defined(__cplusplus)
#include <cstdint>
extern "C" {
#else
#include <stdint.h>
#endif

/// @brief The version of OpenmatrixMemoryStats that this header describes.
#define OPENMATRIX_MEMORY_STATS_VERSION 1u
/// @brief Views of the pool: the host's, and one for each of up to 64 devices.
#define OPENMATRIX_VIEWS 65
/// @brief Room for reasons of later versions; unused entries are 0.
#define OPENMATRIX_COPY_ROOM 16

/// @brief Why a payload that crossed sides was copied.
typedef enum OpenmatrixCopyReason {
  OPENMATRIX_COPY_FOREIGN = 0,         ///< not of the pool: malloc, new, stack
  OPENMATRIX_COPY_INTERIOR = 1,        ///< not the start of a block
  OPENMATRIX_COPY_FORWARDED = 2,       ///< a received block, sent onward
  OPENMATRIX_COPY_FAN_OUT = 3,         ///< second and further targets of one send
  OPENMATRIX_COPY_TARGET_BUSY = 4,     ///< the target, or another receiver, holds the block
  OPENMATRIX_COPY_REPEATED = 5,        ///< second send of a block under lenient rules
  OPENMATRIX_COPY_OUTSIDE_WINDOW = 6,  ///< beyond the devices' 4 GiB, or above the limit
  OPENMATRIX_COPY_REASONS = 7          ///< how many there are
} OpenmatrixCopyReason;

/// @brief One side's share.
typedef struct OpenmatrixViewStats {
  uint64_t live_blocks;    ///< blocks held now
  uint64_t live_bytes;     ///< bytes asked for, of those
  uint64_t peak_bytes;     ///< most bytes ever charged against the limit
  uint64_t charged_bytes;  ///< bytes charged now: held and cached blocks, rounded up
  uint64_t limit_bytes;    ///< the limit
  uint64_t allocations;    ///< successful ones
  uint64_t frees;          ///< successful ones
} OpenmatrixViewStats;

/// @brief All numbers. The caller sets `size` and `version` first.
typedef struct OpenmatrixMemoryStats {
  uint32_t size;                                ///< sizeof(OpenmatrixMemoryStats) of the caller
  uint32_t version;                             ///< OPENMATRIX_MEMORY_STATS_VERSION
  uint64_t shared_sends;                        ///< payloads that crossed without a copy
  uint64_t shared_bytes;                        ///< bytes of those
  uint64_t copies[OPENMATRIX_COPY_ROOM];        ///< payloads copied, by reason
  uint64_t copied_bytes[OPENMATRIX_COPY_ROOM];  ///< bytes of those
  uint64_t bad_frees;                           ///< frees that were refused
  uint64_t late_frees;                          ///< of those: of blocks that were sent away
  uint64_t quarantined_blocks;                  ///< addresses out of use now
  uint64_t quarantine_overflows;                ///< addresses back in use before their time
  uint64_t waits;                               ///< allocations that had to sleep
  uint64_t decommitted_bytes;                   ///< bytes given back to the system
  uint64_t huge_page_refusals;                  ///< fall-backs to small pages
  OpenmatrixViewStats views[OPENMATRIX_VIEWS];  ///< [0] the host, [1 + n] device n
} OpenmatrixMemoryStats;

/// @brief Fills in the numbers of now. A caller compiled with an older, shorter struct gets its
/// part.
///
/// @param[in,out] stats  `size` and `version` set by the caller
/// @return  0; -1 if `stats` is null, or its size or version is unknown
/// @threads any, at once
/// @source  [choice]
HIAI_LIB_VISIBILITY int openmatrix_get_memory_stats(OpenmatrixMemoryStats* stats);

#if defined(__cplusplus)
}  // extern "C"
#endif
