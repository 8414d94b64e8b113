// What the program sends to the engines of the host.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "transfer_types.h"

// One picture to do. Stays on the host, so its type needs no registration: the engine gets the
// very object. An empty path ends the stream.
struct PictureJob {
  uint32_t id = 0;
  std::string path;
  std::vector<Rectangle> rectangles;  // empty: some that fit the picture
};
