// The image of data_type.h as objects of 2019 have it; see status.h.
#pragma once

#include <cstdint>
#include <memory>

namespace hiai {

enum IMAGEFORMAT { YUV420SP = 10 };

template <class T>
struct ImageData {
  IMAGEFORMAT format = YUV420SP;
  uint32_t width = 0;
  uint32_t height = 0;
  uint32_t channel = 0;
  uint32_t depth = 0;
  uint32_t height_step = 0;
  uint32_t width_step = 0;
  uint32_t size = 0;
  std::shared_ptr<T> data;
};

static_assert(sizeof(ImageData<uint8_t>) == 48, "as measured with the 2019 headers");

}  // namespace hiai
