#include "command_line.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

namespace fs = std::filesystem;

const char kUsage[] =
    "usage: crop_demo [--out DIR] [--repeat N] [--crop X,Y,WIDTH,HEIGHT]... [PICTURE|DIR]...\n"
    "\n"
    "Sends binary PPM and PGM pictures to a simulated device, which cuts rectangles out of them,\n"
    "and writes those to DIR (default: crops). Without pictures: those that come with the demo.\n"
    "\n"
    "  --out DIR     where the crops go; made if it does not exist\n"
    "  --repeat N    send all pictures N times (1 .. 1000000), to measure; written once\n"
    "  --crop R      a rectangle in pixels, may be repeated (default: three, by picture size)\n";

namespace {

// Reads decimal numbers with commas between them, as many as there are places.
bool ParseNumbers(const std::string& text, const std::vector<uint32_t*>& places) {
  const char* at = text.c_str();
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (i > 0 && *at++ != ',') return false;
    if (*at < '0' || *at > '9') return false;  // strtoul would take blanks and signs
    char* end = nullptr;
    const unsigned long number = std::strtoul(at, &end, 10);
    if (number > UINT32_MAX) return false;
    *places[i] = static_cast<uint32_t>(number);
    at = end;
  }
  return *at == '\0';
}

bool ParseOption(const std::string& option, const std::string& value, CommandLine& line) {
  if (option == "--out") {
    line.output = value;
    return !value.empty();
  }
  if (option == "--repeat") {
    return ParseNumbers(value, {&line.repeat}) && line.repeat >= 1 && line.repeat <= 1000000;
  }
  Rectangle crop;
  if (!ParseNumbers(value, {&crop.x, &crop.y, &crop.width, &crop.height})) return false;
  line.rectangles.push_back(crop);
  return true;
}

bool IsPicture(const fs::path& path) {
  return path.extension() == ".ppm" || path.extension() == ".pgm" || path.extension() == ".pnm";
}

}  // namespace

bool AddPictures(const std::string& path, std::vector<std::string>& pictures, std::string& error) {
  std::error_code code;
  if (!fs::is_directory(path, code)) {
    pictures.push_back(fs::absolute(path).string());
    return true;
  }
  std::vector<std::string> found;
  for (fs::directory_iterator entry(path, code), end; !code && entry != end;
       entry.increment(code)) {
    if (IsPicture(entry->path())) found.push_back(fs::absolute(entry->path()).string());
  }
  if (code || found.empty()) {
    error = path + ": " + (code ? code.message() : "no pictures in this directory");
    return false;
  }
  std::sort(found.begin(), found.end());
  pictures.insert(pictures.end(), found.begin(), found.end());
  return true;
}

bool ParseCommandLine(int argc, char** argv, CommandLine& line, std::string& error) {
  line.output = "crops";
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--help" || argument == "-h") {
      line.help = true;
    } else if (argument == "--out" || argument == "--repeat" || argument == "--crop") {
      const std::string value = i + 1 < argc ? argv[++i] : "";
      if (!ParseOption(argument, value, line)) {
        error = argument + " cannot be \"" + value + "\"";
        return false;
      }
    } else if (argument.size() > 1 && argument[0] == '-') {
      error = "unknown option " + argument;
      return false;
    } else if (!AddPictures(argument, line.pictures, error)) {
      return false;
    }
  }
  line.output = fs::absolute(line.output).string();
  return true;
}
