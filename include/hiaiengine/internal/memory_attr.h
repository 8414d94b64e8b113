// The flags of HIAI_DMalloc, once for C and C++: every spelling that headers, documents and
// applications use is an enumerator of one global enum. hiai:: sees the same entities.
#pragma once

/// @brief Who releases a block after it was sent to another side.
typedef enum HIAI_Memory_attr {
  MEMORY_ATTR_NONE = 0,         ///< as AUTO_FREE
  MEMORY_ATTR_AUTO_FREE = 2,    ///< the library, after a successful send; else the caller
  MEMORY_ATTR_MANUAL_FREE = 4,  ///< the caller, always
  MEMORY_ATTR_MAX = 5,          ///< end marker, not a flag

  MEMORY_ATTR_ATUO_FREE = MEMORY_ATTR_AUTO_FREE,           ///< sic: spelling of documents
  HIAI_MEMORY_ATTR_NONE = MEMORY_ATTR_NONE,                ///< spelling of 2019 headers
  HIAI_MEMORY_ATTR_ATUO_FREE = MEMORY_ATTR_AUTO_FREE,      ///< sic: spelling of 2019 headers
  HIAI_MEMORY_ATTR_AUTO_FREE = MEMORY_ATTR_AUTO_FREE,      ///< the same without the slip
  HIAI_MEMORY_ATTR_MANUAL_FREE = MEMORY_ATTR_MANUAL_FREE,  ///< spelling of 2019 headers
  HIAI_MEMORY_ATTR_MAX = MEMORY_ATTR_MAX,                  ///< spelling of 2019 headers
  IAI_MEMORY_ATTR_MAX = MEMORY_ATTR_MAX,                   ///< sic: spelling of 2018 headers
  HIAI_MEMORY_HUGE_PAGE = 1                                ///< before 2019; as AUTO_FREE
} HIAI_Memory_attr_t;
