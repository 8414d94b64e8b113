#include "os/shared_pages.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/log_sink.h"

namespace openmatrix {
namespace {

constexpr std::uint64_t kSmallestPool = 16ull << 20;

std::uint8_t* Map(void* where, std::size_t bytes, int protection, int flags, int fd) {
  void* at = mmap(where, bytes, protection, flags | MAP_NORESERVE, fd, 0);
  return at == MAP_FAILED ? nullptr : static_cast<std::uint8_t*>(at);
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
  for (; bytes >= kSmallestPool; bytes /= 2) {
    if (ftruncate(pages->fd_, static_cast<off_t>(bytes)) != 0) continue;
    std::uint8_t* const where = Reserve(bytes, pages->host_range_);
    if (where == nullptr) continue;
    pages->host_ = Map(where, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, pages->fd_);
    if (pages->host_ != nullptr) break;
    munmap(pages->host_range_.start, pages->host_range_.bytes);
    pages->host_range_ = Range{};
  }
  if (pages->host_ == nullptr) {
    return Error{Code::kCannotGrow, "no address space for the pool"};
  }
  pages->bytes_ = bytes;
  if (bytes < wanted) {
    Log(LogLevel::kWarning, "address space is short: pool of %llu MiB instead of %llu MiB",
        static_cast<unsigned long long>(bytes >> 20),
        static_cast<unsigned long long>(wanted >> 20));
  }
  madvise(pages->host_, bytes, MADV_DONTDUMP);

  pages->windows_ = Reserve(windows * kWindowBytes, pages->windows_range_);
  if (pages->windows_ == nullptr) {
    Log(LogLevel::kWarning, "address space is short: no device window could be reserved");
    return pages;
  }
  pages->window_count_ = windows;
  pages->mapped_.assign(windows, false);
  return pages;
}

SharedPages::~SharedPages() {
  for (const Range& range : {host_range_, windows_range_}) {
    if (range.start != nullptr) munmap(range.start, range.bytes);
  }
  if (fd_ >= 0) close(fd_);
}

std::uint8_t* SharedPages::Reserve(std::uint64_t bytes, Range& range) {
  range.bytes = bytes + kWindowBytes;
  range.start = Map(nullptr, range.bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
  if (range.start == nullptr) return nullptr;
  const auto address = reinterpret_cast<std::uintptr_t>(range.start);
  return range.start + ((address + kWindowBytes - 1) / kWindowBytes * kWindowBytes - address);
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
    auto* byte = reinterpret_cast<volatile std::uint8_t*>(view + at);
    *byte = *byte;
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
