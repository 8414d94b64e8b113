#include "work.h"

#include <sys/resource.h>
#include <unistd.h>

#include <cinttypes>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace bench {
namespace {

double Seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

// A line "<key>: <n> kB" of /proc/self/status, in bytes.
std::uint64_t StatusBytes(const char* key) {
  std::FILE* const file = std::fopen("/proc/self/status", "r");
  if (file == nullptr) return 0;
  std::uint64_t kilobytes = 0;
  char line[256];
  const std::size_t length = std::strlen(key);
  while (std::fgets(line, sizeof line, file) != nullptr) {
    if (std::strncmp(line, key, length) == 0 && line[length] == ':') {
      std::sscanf(line + length + 1, "%" SCNu64, &kilobytes);
      break;
    }
  }
  std::fclose(file);
  return kilobytes * 1024;
}

}  // namespace

void Use(void* block, std::size_t bytes, int touch) {
  static const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  if (touch == kPages) {
    auto* const at = static_cast<volatile std::uint8_t*>(block);
    for (std::size_t i = 0; i < bytes; i += page) at[i] = 1;
  } else if (touch == kAll) {
    std::memset(block, 1, bytes);
    benchmark::ClobberMemory();
  }
}

void* TakeUsed(std::size_t bytes, int touch) {
  void* const block = Chosen().take(bytes);
  if (block == nullptr) {
    std::fprintf(stderr, "%s: no memory for %zu bytes\n", Chosen().name.c_str(), bytes);
    std::exit(1);
  }
  Use(block, bytes, touch);
  return block;
}

double CpuSeconds() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return Seconds(usage.ru_utime) + Seconds(usage.ru_stime);
}

std::uint64_t ResidentBytes() { return StatusBytes("VmRSS"); }
std::uint64_t StartBytes() {
  static const std::uint64_t bytes = ResidentBytes();
  return bytes;
}
std::uint64_t PeakResidentBytes() { return StatusBytes("VmHWM"); }

void ResetPeak() {
  if (std::FILE* const file = std::fopen("/proc/self/clear_refs", "w")) {
    std::fputs("5", file);
    std::fclose(file);
  }
}

std::vector<std::size_t> LogUniformSizes(std::size_t count, std::size_t low, std::size_t high,
                                         std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> exponent(std::log2(static_cast<double>(low)),
                                                  std::log2(static_cast<double>(high)));
  std::vector<std::size_t> sizes(count);
  for (std::size_t& size : sizes) size = static_cast<std::size_t>(std::exp2(exponent(random)));
  return sizes;
}

}  // namespace bench
