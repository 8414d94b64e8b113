// The two messages as the host knows them. The device has types of its own for both.
#ifndef VIDEO_FRAME_H_
#define VIDEO_FRAME_H_

#include <hiaiengine/data_type_reg.h>

// Host to device: luma and chroma lie in one block, chroma points into it.
struct FrameIn {
  uint32_t channel;
  uint32_t seq;
  uint32_t luma_size;
  uint32_t chroma_size;  // both 0: end of the stream
  std::shared_ptr<uint8_t> luma;
  std::shared_ptr<uint8_t> chroma;
};

// Device to host.
struct PictureOut {
  uint32_t seq;
  uint32_t size;
  bool last;
  std::shared_ptr<uint8_t> pixels;
};

#endif
