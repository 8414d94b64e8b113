// The device's half: one engine that cuts rectangles out of pictures. The graph configuration
// names the library that this is built to.
#include <cstring>

#include "hiaiengine/ai_memory.h"
#include "hiaiengine/api.h"
#include "send_retry.h"
#include "transfer_types.h"

namespace {

bool LiesInside(const Rectangle& rectangle, const PictureFormat& format) {
  return rectangle.width > 0 && rectangle.height > 0 &&
         uint64_t{rectangle.x} + rectangle.width <= format.width &&
         uint64_t{rectangle.y} + rectangle.height <= format.height;
}

std::string ToText(const Rectangle& rectangle) {
  return std::to_string(rectangle.x) + "," + std::to_string(rectangle.y) + "," +
         std::to_string(rectangle.width) + "," + std::to_string(rectangle.height);
}

// Copies one rectangle to `to`, row by row, and answers where the next one goes.
uint8_t* Crop(const PictureMessage& picture, const Rectangle& rectangle, uint8_t* to) {
  const std::size_t channels = picture.format.channels;
  const std::size_t picture_row = picture.format.width * channels;
  const std::size_t crop_row = rectangle.width * channels;
  const uint8_t* from = picture.pixels.get() + rectangle.y * picture_row + rectangle.x * channels;
  for (uint32_t row = 0; row < rectangle.height; ++row) {
    std::memcpy(to, from, crop_row);
    from += picture_row;
    to += crop_row;
  }
  return to;
}

// Fills in crops and pixels of the answer, or its error.
void CropAll(const PictureMessage& picture, CropsMessage& answer) {
  uint64_t bytes = 0;
  for (const Rectangle& rectangle : picture.rectangles) {
    if (!LiesInside(rectangle, picture.format)) {
      answer.error = "rectangle " + ToText(rectangle) + " does not lie inside the picture";
      return;
    }
    bytes += PixelBytes(picture.format, rectangle.width, rectangle.height);
  }
  if (bytes == 0 || bytes > UINT32_MAX) {
    answer.error = bytes == 0 ? "nothing to crop" : "too many pixels to crop";
    return;
  }

  void* block = nullptr;
  const HIAI_StatusT status =
      hiai::HIAIMemory::HIAI_DVPP_DMalloc(static_cast<uint32_t>(bytes), block);
  if (status != HIAI_OK) {
    answer.error = "the device has no memory for the crops: " + HIAI_GET_ERROR_STR(status);
    return;
  }
  // DVPP memory is never freed by the framework: its own function must be the deleter.
  answer.pixels.reset(static_cast<uint8_t*>(block), hiai::HIAIMemory::HIAI_DVPP_DFree);
  answer.pixel_bytes = static_cast<uint32_t>(bytes);
  answer.crops = picture.rectangles;
  uint8_t* to = answer.pixels.get();
  for (const Rectangle& rectangle : picture.rectangles) to = Crop(picture, rectangle, to);
}

}  // namespace

class CropEngine : public hiai::Engine {
  HIAI_DEFINE_PROCESS(1, 1)
};

HIAI_IMPL_ENGINE_PROCESS("CropEngine", CropEngine, 1) {
  const auto picture = std::static_pointer_cast<PictureMessage>(arg0);
  if (picture == nullptr) return HIAI_OK;

  auto answer = std::make_shared<CropsMessage>();
  answer->id = picture->id;
  answer->name = picture->name;
  answer->format = picture->format;
  // A picture without pixels ends the stream; so does an answer without pixels.
  if (picture->pixel_bytes > 0) CropAll(*picture, *answer);

  const HIAI_StatusT status = RetryWhileFull([&] { return SendData(0, kCropsMessage, answer); });
  if (status != HIAI_OK) {
    HIAI_ENGINE_LOG(this, status, "the answer to %s was not sent", answer->name.c_str());
  }
  return status;
}
