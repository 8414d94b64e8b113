#include "plate_digits.h"

#include "error_code.h"

int ReadDigits(const std::vector<uint8_t>& pixels) {
  for (uint8_t pixel : pixels) {
    if (pixel != pixels.front()) {
      return -1;
    }
  }
  return pixels.empty() ? -1 : pixels.front();
}

std::string WritePlate(const std::string& camera, int digits) {
  return camera + "-" + std::to_string(digits);
}
