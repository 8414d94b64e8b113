#ifndef PLATES_PLATE_TEXT_H_
#define PLATES_PLATE_TEXT_H_

#include <string>

std::string DecoratePlate(const std::string& plate, int count);

#endif
