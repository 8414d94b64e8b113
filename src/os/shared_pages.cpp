#include "os/shared_pages.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/log_sink.h"

namespace openmatrix {
namespace {

constexpr std::uint64_t kSmallestPool = 16ull << 20;
constexpr std::uint64_t kStep = 1ull << 20;  // of sizes below the wanted one; whole pages

std::uint8_t* Map(void* where, std::size_t bytes, int protection, int flags, int fd) {
  void* at = mmap(where, bytes, protection, flags | MAP_NORESERVE, fd, 0);
  return at == MAP_FAILED ? nullptr : static_cast<std::uint8_t*>(at);
}

// Growing a file beyond this is a deadly signal, also for a file that has no disk.
std::uint64_t LargestFile() {
  rlimit limit{};
  if (getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return ~0ull;
  return limit.rlim_cur;
}

// Address space that starts on a window's border. REQUIRES: `bytes` are whole pages
std::uint8_t* Reserve(std::uint64_t bytes) {
  constexpr std::uint64_t kWindow = SharedPages::kWindowBytes;
  std::uint8_t* const all =
      Map(nullptr, bytes + kWindow, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
  if (all == nullptr) return nullptr;
  const std::uint64_t before = -reinterpret_cast<std::uintptr_t>(all) % kWindow;
  if (before > 0) munmap(all, before);
  munmap(all + before + bytes, kWindow - before);
  return all + before;
}

}  // namespace

Result<std::unique_ptr<SharedPages>> SharedPages::Create(std::uint64_t bytes,
                                                         std::uint32_t windows) {
  std::unique_ptr<SharedPages> pages(new SharedPages);
  pages->page_bytes_ = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  pages->fd_ = memfd_create("openmatrix", MFD_CLOEXEC);
  if (pages->fd_ < 0) {
    return Error{Code::kCannotGrow, std::string("memfd_create: ") + std::strerror(errno)};
  }
  const std::uint64_t wanted = bytes;
  bytes = (bytes + pages->page_bytes_ - 1) / pages->page_bytes_ * pages->page_bytes_;
  if (const std::uint64_t most = LargestFile(); bytes > most) bytes = most / kStep * kStep;
  for (; bytes >= kSmallestPool; bytes = bytes / 2 / kStep * kStep) {
    if (ftruncate(pages->fd_, static_cast<off_t>(bytes)) != 0) continue;
    std::uint8_t* const where = Reserve(bytes);
    if (where == nullptr) continue;
    pages->host_ = Map(where, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, pages->fd_);
    if (pages->host_ != nullptr) break;
    munmap(where, bytes);
  }
  if (pages->host_ == nullptr) {
    return Error{Code::kCannotGrow, "no address space for the pool"};
  }
  pages->bytes_ = bytes;
  if (bytes < wanted) {
    Log(LogLevel::kWarning,
        "address space or file size is limited: pool of %llu MiB instead of %llu MiB",
        static_cast<unsigned long long>(bytes >> 20),
        static_cast<unsigned long long>(wanted >> 20));
  }
  madvise(pages->host_, bytes, MADV_DONTDUMP);

  std::uint32_t count = windows;
  while (count > 0 && (pages->windows_ = Reserve(count * kWindowBytes)) == nullptr) count /= 2;
  if (count < windows) {
    Log(LogLevel::kWarning, "address space is short: windows for %u of %u devices", count, windows);
  }
  pages->window_count_ = count;
  pages->mapped_.assign(count, false);
  return pages;
}

SharedPages::~SharedPages() {
  if (host_ != nullptr) munmap(host_, bytes_);
  if (windows_ != nullptr) munmap(windows_, window_count_ * kWindowBytes);
  if (fd_ >= 0) close(fd_);
}

bool SharedPages::MapWindow(std::uint32_t window) {
  if (window >= window_count_) return false;
  if (mapped_[window]) return true;
  std::uint8_t* const where = windows_ + window * kWindowBytes;
  const int sharing = private_ ? MAP_PRIVATE : MAP_SHARED;
  if (Map(where, window_bytes(), PROT_READ | PROT_WRITE, sharing | MAP_FIXED, fd_) == nullptr) {
    return false;
  }
  madvise(where, window_bytes(), MADV_DONTDUMP);
  mapped_[window] = true;
  return true;
}

std::uint64_t SharedPages::Decommit(std::uint64_t offset, std::uint64_t bytes) {
  const std::uint64_t first = (offset + page_bytes_ - 1) / page_bytes_ * page_bytes_;
  const std::uint64_t last = (offset + bytes) / page_bytes_ * page_bytes_;
  if (first >= last) return 0;
  if (private_) {  // a hole in the object would be a hole in the parent's data
    madvise(host_ + first, last - first, MADV_DONTNEED);
    for (std::uint32_t window = 0; window < window_count_; ++window) {
      if (!mapped_[window] || last > window_bytes()) continue;
      madvise(windows_ + window * kWindowBytes + first, last - first, MADV_DONTNEED);
    }
    return last - first;
  }
  const int refused = fallocate(fd_, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                                static_cast<off_t>(first), static_cast<off_t>(last - first));
  return refused == 0 ? last - first : 0;
}

bool SharedPages::Populate(std::uint8_t* view, std::uint64_t offset, std::uint64_t bytes,
                           bool& huge) {
  huge = madvise(view + offset, bytes, MADV_HUGEPAGE) == 0;
#if defined(MADV_POPULATE_WRITE)
  if (madvise(view + offset, bytes, MADV_POPULATE_WRITE) == 0) return true;
#endif
  for (std::uint64_t at = offset; at < offset + bytes; at += page_bytes_) {
    // In one step: through another view somebody may be writing this very byte.
    __atomic_fetch_or(view + at, std::uint8_t{0}, __ATOMIC_RELAXED);
  }
  return true;
}

void SharedPages::DumpUpTo(std::uint64_t bytes) {
  if (bytes <= dumped_bytes_) return;
  madvise(host_ + dumped_bytes_, bytes - dumped_bytes_, MADV_DODUMP);
  dumped_bytes_ = bytes;
}

void SharedPages::MakePrivate() {
  private_ = true;
  Map(host_, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, fd_);
  for (std::uint32_t window = 0; window < window_count_; ++window) {
    if (!mapped_[window]) continue;
    Map(windows_ + window * kWindowBytes, window_bytes(), PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_FIXED, fd_);
  }
}

}  // namespace openmatrix
