// The messages of the crop application. Compiled into the program and into the device library:
// each side registers the types for itself.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "hiaiengine/data_type_reg.h"

// Names under which the types are registered; SendData takes them.
constexpr char kPictureMessage[] = "CropPicture";
constexpr char kCropsMessage[] = "CropResult";

struct Rectangle {
  uint32_t x = 0;  // of the upper left corner, in pixels
  uint32_t y = 0;
  uint32_t width = 0;
  uint32_t height = 0;
  HIAI_SERIALIZE(x, y, width, height)
};

// Pixels are stored row by row without gaps, one byte per channel.
struct PictureFormat {
  uint32_t width = 0;
  uint32_t height = 0;
  uint32_t channels = 0;   // 1: gray, 3: red, green, blue
  uint32_t max_value = 0;  // the brightest value of a channel, 1 .. 255
  HIAI_SERIALIZE(width, height, channels, max_value)
};

inline uint64_t PixelBytes(const PictureFormat& format, uint32_t width, uint32_t height) {
  return uint64_t{width} * height * format.channels;
}

// Host to device: a picture, and what to cut out of it. Without pixels: end of the stream.
struct PictureMessage {
  uint32_t id = 0;
  std::string name;
  PictureFormat format;
  std::vector<Rectangle> rectangles;
  uint32_t pixel_bytes = 0;
  HIAI_SERIALIZE(id, name, format, rectangles, pixel_bytes)

  // Crosses as the data part, without a copy; therefore not in the list above.
  std::shared_ptr<uint8_t> pixels;
};

// Device to host: the answer to one picture. The crops lie one after the other in one block.
// Without pixels and without an error: end of the stream.
struct CropsMessage {
  uint32_t id = 0;
  std::string name;
  std::string error;     // why there are no crops
  PictureFormat format;  // of the picture; the crops have its channels and values
  std::vector<Rectangle> crops;
  uint32_t pixel_bytes = 0;
  HIAI_SERIALIZE(id, name, error, format, crops, pixel_bytes)

  std::shared_ptr<uint8_t> pixels;

  bool IsEndOfStream() const { return pixel_bytes == 0 && error.empty(); }
};
