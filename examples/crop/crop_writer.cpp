#include "crop_writer.h"

#include <chrono>
#include <cstdio>
#include <filesystem>

#include "picture.h"

namespace {

// Longer than the largest picture needs on a slow machine under a sanitizer.
constexpr std::chrono::seconds kPatience(60);

// "0-sunset-40,30,80x60.ppm": the number keeps pictures of one name apart.
std::string FileName(const CropsMessage& answer, const Rectangle& crop) {
  char place[64];
  std::snprintf(place, sizeof place, "%u,%u,%ux%u", crop.x, crop.y, crop.width, crop.height);
  return std::to_string(answer.id) + "-" + std::filesystem::path(answer.name).stem().string() +
         "-" + place + (answer.format.channels == 3 ? ".ppm" : ".pgm");
}

}  // namespace

HIAI_StatusT CropWriter::RecvData(const std::shared_ptr<void>& message) {
  const auto answer = std::static_pointer_cast<CropsMessage>(message);
  if (answer == nullptr) return HIAI_OK;
  bool good = answer->error.empty();
  if (!good) {
    std::fprintf(stderr, "crop_demo: %s: %s\n", answer->name.c_str(), answer->error.c_str());
  } else if (!answer->IsEndOfStream() && answer->id < written_ids_) {
    good = Write(*answer);
  }
  Count(*answer, good);
  return HIAI_OK;
}

bool CropWriter::Write(const CropsMessage& answer) const {
  const uint8_t* pixels = answer.pixels.get();
  for (const Rectangle& crop : answer.crops) {
    PictureFormat format = answer.format;
    format.width = crop.width;
    format.height = crop.height;
    const std::string path = directory_ + "/" + FileName(answer, crop);
    if (!WritePicture(path, format, pixels)) {
      std::fprintf(stderr, "crop_demo: %s: cannot be written\n", path.c_str());
      return false;
    }
    pixels += PixelBytes(format, crop.width, crop.height);
  }
  std::printf("%s: %ux%u %s, %zu crops of %u bytes\n", answer.name.c_str(), answer.format.width,
              answer.format.height, answer.format.channels == 3 ? "colour" : "gray",
              answer.crops.size(), answer.pixel_bytes);
  return true;
}

void CropWriter::Count(const CropsMessage& answer, bool good) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!good) {
    ++tally_.failures;
  } else if (answer.IsEndOfStream()) {
    tally_.ended = true;
  } else {
    ++tally_.pictures;
    tally_.crops += answer.crops.size();
  }
  changed_.notify_all();
}

CropTally CropWriter::WaitForEnd() {
  std::unique_lock<std::mutex> lock(mutex_);
  bool patient = true;
  while (patient && !tally_.ended) {
    const uint64_t before = tally_.answers();
    patient = changed_.wait_for(lock, kPatience,
                                [&] { return tally_.ended || tally_.answers() > before; });
  }
  return tally_;
}
