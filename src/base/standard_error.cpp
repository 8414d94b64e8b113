#include "base/standard_error.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdio>

#include "base/file_id.h"

namespace openmatrix {
namespace {

// With initial values for all, or it would be initialised again after it was noted.
struct AtStart {
  FileId file;
  bool open = false;
  bool is_device = false;  // a terminal, most often
};

// The standard descriptors when the library came. Written once, before threads are likely.
AtStart g_standard[3];
std::atomic<bool> g_noted{false};  // partner: NoteStandard
// No partner: whoever finds standard error closed says so to those who come later.
std::atomic<bool> g_was_closed{false};

// Those who redirect it for a while, as tests do that look at its lines, keep it under a number
// that is free then, and low. A bit for each that came along with the program: others keep it.
constexpr int kNumbers = 64;
std::uint64_t g_copies_at_start = 0;

std::uint64_t CopiesOf(const FileId& first) {
  std::uint64_t copies = 0;
  for (int i = STDERR_FILENO + 1; i < kNumbers; ++i) {
    FileId file;
    if (FileId::Of(i, file) && file == first) copies |= std::uint64_t{1} << i;
  }
  return copies;
}

__attribute__((constructor)) void NoteStandard() {
  if (g_noted.load(std::memory_order_acquire)) return;
  for (int i = 0; i < 3; ++i) {
    struct stat facts;
    g_standard[i].open = FileId::Of(i, g_standard[i].file);
    g_standard[i].is_device = ::fstat(i, &facts) == 0 && S_ISCHR(facts.st_mode);
  }
  const AtStart& first = g_standard[STDERR_FILENO];
  g_was_closed.store(!first.open, std::memory_order_relaxed);
  if (first.open) g_copies_at_start = CopiesOf(first.file);
  g_noted.store(true, std::memory_order_release);
}

bool SameFile(int left, int right) {
  FileId one;
  FileId other;
  return FileId::Of(left, one) && FileId::Of(right, other) && one == other;
}

bool IsAsAtStart(int descriptor) {
  FileId now;
  return g_standard[descriptor].open && FileId::Of(descriptor, now) &&
         now == g_standard[descriptor].file;
}

// Programs open devices and copy standard output for other ends, too: those keep nothing.
bool FirstOneIsKept() {
  const AtStart& first = g_standard[STDERR_FILENO];
  const AtStart& output = g_standard[STDOUT_FILENO];
  FileId now;
  if (!first.open || first.is_device || (output.open && first.file == output.file)) return false;
  if (FileId::Of(STDOUT_FILENO, now) && first.file == now) return false;
  return (CopiesOf(first.file) & ~g_copies_at_start) != 0;
}

// The bit of a stream that has been closed or opened again, which no stream has as the C library
// makes it. Elsewhere than in glibc nothing tells.
bool WasReopened([[maybe_unused]] std::FILE* stream, [[maybe_unused]] int descriptor) {
#ifdef __GLIBC__
  constexpr int kTiedPutGet = 0x400;
  return ::fileno(stream) == descriptor && (stream->_flags & kTiedPutGet) != 0;
#else
  return false;
#endif
}

// A log that takes the place of standard error by dup2, and is open under its first number still.
// Other files, such as data bases, are opened twice by those that are not logs.
bool IsCopyOfLog(const struct stat& facts) {
  const int flags = ::fcntl(STDERR_FILENO, F_GETFL);
  const bool appends = S_ISREG(facts.st_mode) && (flags & O_APPEND) != 0;
  FileId file;
  if (!(appends || S_ISFIFO(facts.st_mode)) || !FileId::Of(STDERR_FILENO, file)) return false;
  for (int i = STDERR_FILENO + 1; i < kNumbers; ++i) {
    FileId other;  // with other flags it is the other end of a pipe
    if (FileId::Of(i, other) && other == file && ::fcntl(i, F_GETFL) == flags) return true;
  }
  return false;
}

bool IsNullDevice(const struct stat& facts) {
  return S_ISCHR(facts.st_mode) && facts.st_rdev == ::makedev(1, 3);  // everywhere on Linux
}

bool StandardOutputIsThere() {
  struct stat facts;
  if (::fstat(STDOUT_FILENO, &facts) != 0) return false;
  return IsAsAtStart(STDOUT_FILENO) || IsNullDevice(facts) || WasReopened(stdout, STDOUT_FILENO);
}

}  // namespace

bool StandardErrorIsThere() {
  NoteStandard();
  struct stat facts;
  if (::fstat(STDERR_FILENO, &facts) != 0) {
    g_was_closed.store(true, std::memory_order_relaxed);
    return false;
  }
  if (IsAsAtStart(STDERR_FILENO)) return true;
  if ((::fcntl(STDERR_FILENO, F_GETFD) & FD_CLOEXEC) != 0) return false;
  const bool was_replaced = !g_was_closed.load(std::memory_order_relaxed);
  const bool is_output = SameFile(STDERR_FILENO, STDOUT_FILENO);
  if (was_replaced && (is_output || FirstOneIsKept())) return true;
  if (!StandardOutputIsThere()) return false;
  if (is_output || IsNullDevice(facts) || WasReopened(stderr, STDERR_FILENO)) return true;
  return was_replaced && IsCopyOfLog(facts);
}

}  // namespace openmatrix
