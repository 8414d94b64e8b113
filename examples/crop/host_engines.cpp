// The host's engines: PictureSource reads pictures and sends them to the device, CropSink takes
// the answers and hands them on to the program.
//
// Each job gets exactly one answer, crops or an error, and then comes the end of the stream.
#include "host_engines.h"

#include <algorithm>

#include "hiaiengine/ai_memory.h"
#include "hiaiengine/api.h"
#include "picture.h"
#include "send_retry.h"

namespace {

constexpr uint32_t kToDevice = 0;
constexpr uint32_t kToSink = 1;

// Upper left quarter, centre, and lower right corner.
std::vector<Rectangle> DefaultRectangles(const PictureFormat& format) {
  const auto part = [](uint32_t length, uint32_t divisor) {
    return std::max(length / divisor, 1u);
  };
  const uint32_t half_width = part(format.width, 2), half_height = part(format.height, 2);
  const uint32_t third_width = part(format.width, 3), third_height = part(format.height, 3);
  std::vector<Rectangle> rectangles(3);
  rectangles[0].width = rectangles[1].width = half_width;
  rectangles[0].height = rectangles[1].height = half_height;
  rectangles[1].x = (format.width - half_width) / 2;
  rectangles[1].y = (format.height - half_height) / 2;
  rectangles[2].x = format.width - third_width;
  rectangles[2].y = format.height - third_height;
  rectangles[2].width = third_width;
  rectangles[2].height = third_height;
  return rectangles;
}

// Reads the picture of a job into a block of transfer memory.
bool LoadPicture(const PictureJob& job, PictureMessage& picture, std::string& error) {
  PictureReader reader;
  if (!reader.Open(job.path, error)) return false;

  // No flag is AUTO_FREE: once the picture is sent, the block is the framework's.
  void* block = nullptr;
  const HIAI_StatusT status = hiai::HIAIMemory::HIAI_DMalloc(reader.pixel_bytes(), block);
  if (status != HIAI_OK) {
    error = "no transfer memory: " + HIAI_GET_ERROR_STR(status);
    return false;
  }
  if (!reader.ReadPixels(static_cast<uint8_t*>(block), error)) {
    hiai::HIAIMemory::HIAI_DFree(block);  // never sent, so still ours
    return false;
  }
  // Who does not own the block after the send must not free it: the deleter does nothing.
  picture.pixels.reset(static_cast<uint8_t*>(block), [](uint8_t*) {});
  picture.pixel_bytes = reader.pixel_bytes();
  picture.format = reader.format();
  picture.rectangles = job.rectangles.empty() ? DefaultRectangles(picture.format) : job.rectangles;
  return true;
}

}  // namespace

class PictureSource : public hiai::Engine {
  HIAI_DEFINE_PROCESS(1, 2)

 private:
  HIAI_StatusT Fail(const PictureJob& job, const std::string& error);
};

// The job's answer without the device.
HIAI_StatusT PictureSource::Fail(const PictureJob& job, const std::string& error) {
  auto answer = std::make_shared<CropsMessage>();
  answer->id = job.id;
  answer->name = job.path;
  answer->error = error;
  return RetryWhileFull([&] { return SendData(kToSink, kCropsMessage, answer); });
}

HIAI_IMPL_ENGINE_PROCESS("PictureSource", PictureSource, 1) {
  const auto job = std::static_pointer_cast<PictureJob>(arg0);
  if (job == nullptr) return HIAI_OK;

  auto picture = std::make_shared<PictureMessage>();
  picture->id = job->id;
  picture->name = job->path;
  std::string error;
  if (!job->path.empty() && !LoadPicture(*job, *picture, error)) return Fail(*job, error);

  const HIAI_StatusT status =
      RetryWhileFull([&] { return SendData(kToDevice, kPictureMessage, picture); });
  if (status == HIAI_OK) return HIAI_OK;
  // A failed send changes nothing: the block is still ours.
  if (picture->pixels != nullptr) hiai::HIAIMemory::HIAI_DFree(picture->pixels.get());
  return Fail(*job, "not sent to the device: " + HIAI_GET_ERROR_STR(status));
}

class CropSink : public hiai::Engine {
  HIAI_DEFINE_PROCESS(1, 1)
};

// The program has set a receiver on port 0: it runs inside this SendData.
HIAI_IMPL_ENGINE_PROCESS("CropSink", CropSink, 1) { return SendData(0, kCropsMessage, arg0); }
