#include "os/shared_pages.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/log_sink.h"
#include "base/sanitizers.h"
#include "base/system_calls.h"
#include "os/address_space.h"

namespace openmatrix {
namespace {

constexpr int kUsable = PROT_READ | PROT_WRITE;

// Where the address space is limited, the program needs some, too: stacks, libraries, its data.
std::uint64_t Share(std::uint64_t free_bytes) { return free_bytes / 5 * 3; }

// The table of blocks beside the pool takes a sixteenth of its length.
std::uint64_t WithTable(std::uint64_t bytes) { return bytes + bytes / 16; }

// The system may have cleared the place before it refused to put something there. Reserved again it
// is nobody else's; a place that was left alone stays as it is. Keeps errno.
void ReserveIfCleared(void* place, std::uint64_t bytes) {
  const int error = errno;
  constexpr int kFlags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE;
  void* const at = mmap(place, bytes, PROT_NONE, kFlags, -1, 0);
  if (at != MAP_FAILED && at != place) munmap(at, bytes);  // an old system that knows no such flag
  errno = error;
}

std::uint8_t* Map(void* where, std::uint64_t bytes, int protection, int flags, int fd,
                  std::uint64_t offset = 0) {
  void* at = mmap(where, bytes, protection, flags | MAP_NORESERVE, fd, static_cast<off_t>(offset));
  if (at != MAP_FAILED) return static_cast<std::uint8_t*>(at);
  if ((flags & MAP_FIXED) != 0) ReserveIfCleared(where, bytes);
  return nullptr;
}

bool Remap(std::uint8_t* from, std::uint64_t old_bytes, std::uint64_t bytes, std::uint8_t* where) {
  if (mremap(from, old_bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED, where) != MAP_FAILED) {
    return true;
  }
  ReserveIfCleared(where, bytes);
  return false;
}

bool Move(std::uint8_t* from, std::uint64_t bytes, std::uint8_t* where) {
  return bytes == 0 || Remap(from, bytes, bytes, where);
}

// A second mapping of the shared pages at `from`: length 0 says "once more", and no descriptor is
// needed.
bool MapAgain(std::uint8_t* from, std::uint64_t bytes, std::uint8_t* where) {
  return Remap(from, 0, bytes, where);
}

// Where the place of the object may run out of pages, because others use it, too: a page that is
// not to be had when it is touched ends the program by SIGBUS.
bool TakePages(const SharedObject& object, std::uint8_t* view, std::uint64_t bytes) {
#if defined(MADV_POPULATE_WRITE)
  // EINVAL: a system before 5.14, which knows no way without the descriptor.
  if (object.limited()) return madvise(view, bytes, MADV_POPULATE_WRITE) == 0 || errno == EINVAL;
#endif
  return true;
}

unsigned ShiftOf(std::uint64_t bytes) {
  unsigned shift = 0;
  while ((1ull << shift) < bytes) ++shift;
  return shift;
}

}  // namespace

bool SharedPages::Reserve(std::uint64_t bytes, std::uint32_t windows) {
  // Windows of full size, as boards have them, unless addresses are short.
  return ReserveWith(ShiftOf(kWindowBytes), bytes, windows) ||
         ReserveWith(ShiftOf(std::min(bytes, kWindowBytes)), bytes, windows);
}

bool SharedPages::ReserveWith(unsigned shift, std::uint64_t bytes, std::uint32_t windows) {
  const std::uint64_t all_windows = std::uint64_t{windows} << shift;
  // Both are reserved with an alignment's worth more, for a moment.
  const std::uint64_t needed = WithTable(bytes) + all_windows + (1ull << shift);
  if (needed > Share(FreeAddressSpace())) return false;
  host_ = ReserveAddresses(bytes, 1ull << shift);
  if (host_ == nullptr) return false;
  bytes_ = bytes;
  if (windows > 0) windows_ = ReserveAddresses(all_windows, 1ull << shift);
  window_shift_ = shift;
  mapped_.assign(windows, false);
  if (windows == 0 || windows_ != nullptr) return true;
  Unreserve();
  return false;
}

void SharedPages::Unreserve() {
  if (host_ != nullptr) munmap(host_, bytes_);
  if (windows_ != nullptr) munmap(windows_, std::uint64_t{window_count()} << window_shift_);
  host_ = windows_ = nullptr;
  mapped_.clear();
}

Result<std::unique_ptr<SharedPages>> SharedPages::Create(std::uint64_t bytes, std::uint32_t windows,
                                                         std::uint64_t wanted_room) {
  std::unique_ptr<SharedPages> pages(new SharedPages);
  pages->page_bytes_ = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  const auto whole = [&](std::uint64_t some) {
    return some / pages->page_bytes_ * pages->page_bytes_;
  };
  const std::uint64_t wanted = std::max(whole(bytes + pages->page_bytes_ - 1), kSmallestBytes);
  std::uint64_t size = wanted;
  std::uint32_t count = windows;
  const auto reserve = [&] {
    while (!pages->Reserve(size, count)) {
      if (size > kSmallestBytes) {
        size = std::max(whole(size / 2), kSmallestBytes);
      } else if (count > 0) {
        count /= 2;
      } else {
        return false;
      }
    }
    return true;
  };
  if (!reserve()) {
    return Error{Code::kCannotGrow, "no address space of " + std::to_string(kSmallestBytes >> 20) +
                                        " MiB for the pool"};
  }
  pages->object_ = SharedObject::Create(size, std::min(wanted_room, size));
  const int fd = pages->object_.descriptor.Get();
  const int flags = MAP_SHARED | MAP_FIXED | (fd < 0 ? MAP_ANONYMOUS : 0);
  if (Map(pages->host_, size, PROT_NONE, flags, fd) == nullptr) {
    return Error{Code::kCannotGrow, "no mapping of the pool: " + ErrorText(errno)};
  }
  madvise(pages->host_, size, MADV_DONTDUMP);
  if (size < wanted || count < windows) {
    Log(LogLevel::kWarning,
        "address space is limited: pool of %llu MiB instead of %llu MiB, windows for "
        "%u of %u devices",
        static_cast<unsigned long long>(size >> 20), static_cast<unsigned long long>(wanted >> 20),
        count, windows);
  }
  return pages;
}

SharedPages::~SharedPages() { Unreserve(); }

bool SharedPages::MapStep(std::uint8_t* view, std::uint64_t from, std::uint64_t to) {
  if (from == to) return true;
  const std::uint64_t bytes = to - from;
  const int fd = private_ ? -1 : object_.descriptor.Get();
  bool mapped = false;
  if (private_) {
    // Nothing of the parent's lies there: it had not grown so far, or not mapped this view.
    mapped =
        Map(view + from, bytes, kUsable, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1) != nullptr;
  } else if (view == host_) {
    if (mprotect(host_ + from, bytes, kUsable) != 0) return false;
    if (!TakePages(object_, host_ + from, bytes)) {
      mprotect(host_ + from, bytes, PROT_NONE);
      return false;
    }
    madvise(host_ + from, bytes, MADV_DODUMP);
    return true;
  } else if (MapAgain(host_ + from, bytes, view + from)) {
    mapped = true;
  } else if (fd >= 0) {  // valgrind knows no second mapping
    mapped = Map(view + from, bytes, kUsable, MAP_SHARED | MAP_FIXED, fd, from) != nullptr;
  }
  if (mapped && view != host_) madvise(view + from, bytes, MADV_DONTDUMP);
  return mapped;
}

bool SharedPages::GrowTo(std::uint64_t bytes) {
  if (bytes <= usable_bytes_) return true;
  const std::uint64_t to = std::min(bytes_, (bytes + kStepBytes - 1) / kStepBytes * kStepBytes);
  if (!MapStep(host_, usable_bytes_, to)) return false;
  const std::uint64_t in_window = std::min(to, window_bytes());
  const std::uint64_t before = std::min(usable_bytes_, window_bytes());
  bool all = true;
  ForEachMappedWindow([&](std::uint8_t* view) { all = all && MapStep(view, before, in_window); });
  if (all) usable_bytes_ = to;
  return all;
}

bool SharedPages::MapWindow(std::uint32_t window) {
  if (window >= window_count()) return false;
  if (mapped_[window]) return true;
  mapped_[window] = MapStep(Window(window), 0, std::min(usable_bytes_, window_bytes()));
  return mapped_[window];
}

std::uint64_t SharedPages::Decommit(std::uint64_t offset, std::uint64_t bytes) {
  const std::uint64_t first = (offset + page_bytes_ - 1) / page_bytes_ * page_bytes_;
  const std::uint64_t last = (offset + bytes) / page_bytes_ * page_bytes_;
  if (first >= last || (object_.limited() && !private_)) return 0;
  if (!private_) return madvise(host_ + first, last - first, MADV_REMOVE) == 0 ? last - first : 0;
  // A hole in the object would be a hole in the parent's data.
  madvise(host_ + first, last - first, MADV_DONTNEED);
  if (last <= window_bytes()) {
    ForEachMappedWindow(
        [&](std::uint8_t* view) { madvise(view + first, last - first, MADV_DONTNEED); });
  }
  return last - first;
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

// Private pages with a copy of what is live there, in place of the view's shared ones.
bool SharedPages::CopyInPlace(std::uint8_t* view, std::uint64_t bytes, const Ranges& live) {
  std::uint8_t* const copy = Map(nullptr, bytes, kUsable, MAP_PRIVATE | MAP_ANONYMOUS, -1);
  if (copy == nullptr) return false;
  live([&](std::uint64_t offset, std::uint64_t length) {
    if (offset + length <= bytes) CopyUnchecked(copy + offset, view + offset, length);
  });
  if (Move(copy, bytes, view)) return true;
  munmap(copy, bytes);
  return false;
}

bool SharedPages::MakeViewPrivate(std::uint8_t* view, const Ranges& live) {
  const std::uint64_t bytes =
      view == host_ ? usable_bytes_ : std::min(usable_bytes_, window_bytes());
  if (bytes == 0) return true;
  const int fd = object_.descriptor.Get();
  if (fd >= 0) {
    if (Map(view, bytes, kUsable, MAP_PRIVATE | MAP_FIXED, fd) != nullptr) return true;
  } else if (view != cleared_ && CopyInPlace(view, bytes, live)) {
    return true;
  }
  // Better no pages than the parent's. That much always works: it takes no memory.
  mprotect(view, bytes, PROT_NONE);
  return false;
}

bool SharedPages::MakePrivate(const Ranges& live) {
  if (private_) return true;
  if (object_.descriptor.lost()) {
    LogLine(LogLevel::kInfo,
            "fork: the program has closed the descriptor of its transfer memory; what is live is "
            "copied");
  }
  bool kept = MakeViewPrivate(host_, live);
  ForEachMappedWindow([&](std::uint8_t* view) {
    kept = MakeViewPrivate(view, live) && kept;
    madvise(view, std::min(usable_bytes_, window_bytes()), MADV_DONTDUMP);
  });
  private_ = true;
  return kept;
}

bool SharedPages::Renew(const Ranges& live, std::uint64_t wanted_room) {
  SharedObject fresh = SharedObject::Create(bytes_, std::min(wanted_room, bytes_));
  const int fd = fresh.descriptor.Get();
  const int flags = MAP_SHARED | (fd < 0 ? MAP_ANONYMOUS : 0);
  std::uint8_t* const copy = Map(nullptr, bytes_, PROT_NONE, flags, fd);
  if (copy == nullptr) return false;
  const bool usable = usable_bytes_ == 0 || (mprotect(copy, usable_bytes_, kUsable) == 0 &&
                                             TakePages(fresh, copy, usable_bytes_));
  if (!usable) {
    munmap(copy, bytes_);
    return false;
  }
  live([&](std::uint64_t offset, std::uint64_t length) {
    CopyUnchecked(copy + offset, host_ + offset, length);
  });
  // The windows first: until the host's view moves, all still show the parent's pages.
  const std::uint64_t in_window = std::min(usable_bytes_, window_bytes());
  ForEachMappedWindow([&](std::uint8_t* view) {
    if (cleared_ != nullptr) return;
    const bool shown = in_window == 0 || MapAgain(copy, in_window, view) ||
                       (fd >= 0 && Map(view, in_window, kUsable, MAP_SHARED | MAP_FIXED, fd));
    if (!shown) cleared_ = view;
    madvise(view, in_window, MADV_DONTDUMP);
  });
  // One mapping of two parts: what is usable, and what is not yet.
  if (cleared_ == nullptr && !Move(copy, usable_bytes_, host_)) cleared_ = host_;
  if (cleared_ != nullptr ||
      !Move(copy + usable_bytes_, bytes_ - usable_bytes_, host_ + usable_bytes_)) {
    munmap(copy, bytes_);
    return false;
  }
  madvise(host_ + usable_bytes_, bytes_ - usable_bytes_, MADV_DONTDUMP);
  object_ = std::move(fresh);
  return true;
}

}  // namespace openmatrix
