#ifndef PLATES_PLATE_DIGITS_H_
#define PLATES_PLATE_DIGITS_H_

#include <cstdint>
#include <string>
#include <vector>

// Reads the number off the pixels; -1 if they differ.
int ReadDigits(const std::vector<uint8_t>& pixels);
std::string WritePlate(const std::string& camera, int digits);

#endif
