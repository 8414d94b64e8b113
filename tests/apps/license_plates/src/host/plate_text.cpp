#include "plate_text.h"

#include "error_code.h"

std::string DecoratePlate(const std::string& plate, int count) {
  return "#" + std::to_string(count) + " " + plate;
}
