// Reads and writes binary PPM (P6, colour) and PGM (P5, gray) files of 8 bits per channel.
//
// Files are not trusted: false means that nothing came of it, and `error` says why, without the
// name of the file.
#pragma once

#include <cstdint>
#include <fstream>
#include <string>

#include "transfer_types.h"

// A picture file that is being read. In two steps, so that the pixels can be read to where they
// are needed and nowhere else.
class PictureReader {
 public:
  // Reads the header, and checks that the file is long enough for what the header promises.
  bool Open(const std::string& path, std::string& error);

  const PictureFormat& format() const { return format_; }
  uint32_t pixel_bytes() const { return pixel_bytes_; }

  // Reads pixel_bytes() bytes to `pixels`. Call once, after Open.
  bool ReadPixels(uint8_t* pixels, std::string& error);

 private:
  bool ReadHeader();

  std::ifstream file_;
  PictureFormat format_;
  uint32_t pixel_bytes_ = 0;
};

// Writes a picture of `format` (P6 or P5 by its channels), replacing the file; false if it could
// not be written.
bool WritePicture(const std::string& path, const PictureFormat& format, const uint8_t* pixels);
