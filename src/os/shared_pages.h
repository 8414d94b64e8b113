// One shared-memory object and the views of it: the host's, and one per device in a
// 4 GiB-aligned window of its own. The same page shows at a different address in each view.
//
// Pages appear on first touch and go back by Decommit, in every view at once. The object
// is sparse: reserving costs page tables only. Not thread-safe; the heap serialises calls.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/result.h"

namespace openmatrix {

class SharedPages {
 public:
  static constexpr std::uint64_t kWindowBytes = 1ull << 32;

  // Reserves `bytes` for the host and `windows` device windows. Reserves less, and says so, if
  // address space or the size of files is limited; fails with kCannotGrow if not even 16 MiB are
  // to be had.
  static Result<std::unique_ptr<SharedPages>> Create(std::uint64_t bytes, std::uint32_t windows);
  ~SharedPages();
  SharedPages(const SharedPages&) = delete;
  SharedPages& operator=(const SharedPages&) = delete;

  std::uint64_t bytes() const { return bytes_; }
  std::size_t page_bytes() const { return page_bytes_; }
  // 4 GiB-aligned, so that the first window's worth of it is a window too.
  std::uint8_t* host() const { return host_; }
  // What a device can see: the object's first bytes, at most one window.
  std::uint64_t window_bytes() const { return bytes_ < kWindowBytes ? bytes_ : kWindowBytes; }
  // Start of window 0; window n follows n * kWindowBytes later. Null if none was reserved.
  std::uint8_t* windows() const { return windows_; }
  std::uint32_t window_count() const { return window_count_; }

  // Makes a window readable and writable; later calls do nothing. False if the system refuses.
  bool MapWindow(std::uint32_t window);

  // Gives the pages inside [offset, offset + bytes) back. They read as zero afterwards.
  // Returns the bytes really given back: whole pages only. In a forked child only the child's
  // own copies go; the pages then read as the parent's.
  std::uint64_t Decommit(std::uint64_t offset, std::uint64_t bytes);

  // Faults pages in now, in the view that starts at `view`. Asks for huge pages; returns
  // false in `huge` when they were refused.
  bool Populate(std::uint8_t* view, std::uint64_t offset, std::uint64_t bytes, bool& huge);

  // Core dumps contain the host view's first `bytes` and nothing else of the pool.
  void DumpUpTo(std::uint64_t bytes);

  // In a forked child: every view, also one that is mapped later, becomes a private copy.
  // What the child writes stays in the child. A page that it has not written yet shows what
  // the parent wrote there last.
  void MakePrivate();

 private:
  SharedPages() = default;

  int fd_ = -1;
  std::uint64_t bytes_ = 0;
  std::size_t page_bytes_ = 0;
  std::uint8_t* host_ = nullptr;
  std::uint8_t* windows_ = nullptr;
  std::uint32_t window_count_ = 0;
  std::uint64_t dumped_bytes_ = 0;
  bool private_ = false;
  std::vector<bool> mapped_;
};

}  // namespace openmatrix
