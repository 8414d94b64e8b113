// The command line of crop_demo.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "transfer_types.h"

struct CommandLine {
  std::vector<std::string> pictures;  // absolute paths; empty: those shipped with the demo
  std::string output;                 // absolute path of a directory
  std::vector<Rectangle> rectangles;  // empty: some that fit each picture
  uint32_t repeat = 1;
  bool help = false;
};

extern const char kUsage[];

// Understands the arguments; false, with the reason in `error`, if it does not.
bool ParseCommandLine(int argc, char** argv, CommandLine& line, std::string& error);

// Appends `path`, or, if it is a directory, the pictures in it by name.
bool AddPictures(const std::string& path, std::vector<std::string>& pictures, std::string& error);
