// One shared-memory object and the views of it: the host's, and one per device in an aligned
// window of its own. The same page shows at a different address in each view.
//
// Addresses are reserved at the start, and become usable in steps as GrowTo asks: what nobody uses
// costs nothing, also where the program locks its memory, and under tools that look at every
// mapping. Pages appear on first touch and go back by Decommit, in every view at once.
//
// No descriptor is needed after the start: a window is another mapping of the host's pages, and
// pages go back through the mapping. A forked child asks for it once, if it is there, to make its
// views private without copying. Not thread-safe; the heap serialises calls.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/result.h"
#include "os/shared_object.h"

namespace openmatrix {

class SharedPages {
 public:
  static constexpr std::uint64_t kWindowBytes = 1ull << 32;  // the largest window
  static constexpr std::uint64_t kStepBytes = 64ull << 20;   // by which views grow
  static constexpr std::uint64_t kSmallestBytes = 64ull << 20;

  // Calls its argument with each range [offset, offset + bytes) whose contents matter.
  using Ranges =
      std::function<void(const std::function<void(std::uint64_t offset, std::uint64_t bytes)>&)>;

  // Reserves `bytes` for the host and `windows` device windows. Reserves less, and says so, if
  // address space is limited: a smaller pool first, then fewer windows. Fails
  // with kCannotGrow if not even 64 MiB are to be had. `wanted_room` is what the pool will hold at
  // most, if it can.
  static Result<std::unique_ptr<SharedPages>> Create(std::uint64_t bytes, std::uint32_t windows,
                                                     std::uint64_t wanted_room = 0);
  ~SharedPages();
  SharedPages(const SharedPages&) = delete;
  SharedPages& operator=(const SharedPages&) = delete;

  std::uint64_t bytes() const { return bytes_; }
  std::size_t page_bytes() const { return page_bytes_; }
  // What the object can hold at once.
  std::uint64_t room() const { return object_.room; }
  // Aligned as a window, so that the first window's worth of it is a window too.
  std::uint8_t* host() const { return host_; }
  // What a device can see: the object's first bytes, at most one window. No window crosses a 4 GiB
  // border.
  std::uint64_t window_bytes() const { return bytes_ < kWindowBytes ? bytes_ : kWindowBytes; }
  // Start of window 0, null if none was reserved; window n follows n << window_shift() later.
  std::uint8_t* windows() const { return windows_; }
  unsigned window_shift() const { return window_shift_; }
  std::uint32_t window_count() const { return static_cast<std::uint32_t>(mapped_.size()); }
  std::uint8_t* Window(std::uint32_t window) const {
    return windows_ + (std::uint64_t{window} << window_shift_);
  }

  // The bytes of each view that may be touched.
  std::uint64_t usable_bytes() const { return usable_bytes_; }
  // Makes at least the first `bytes` of the host's view and of all windows mapped so far usable.
  // False, and nothing is lost, if the system refuses. Core dumps contain what is usable of the
  // host's view and nothing else of the pool.
  bool GrowTo(std::uint64_t bytes);

  // Makes a window usable as far as the host's view is; later calls do nothing. False if the system
  // refuses.
  bool MapWindow(std::uint32_t window);

  // Gives the pages inside [offset, offset + bytes) back. They read as zero afterwards.
  // Returns the bytes really given back: whole pages only, none where the program has locked them,
  // and none of a file whose place others could fill meanwhile. In a forked child only the child's
  // own copies go; the pages may then read as the parent's.
  std::uint64_t Decommit(std::uint64_t offset, std::uint64_t bytes);

  // Faults pages in now, in the view that starts at `view`. Asks for huge pages; returns
  // false in `huge` when they were refused. REQUIRES: usable
  bool Populate(std::uint8_t* view, std::uint64_t offset, std::uint64_t bytes, bool& huge);

  // In a forked child: every view becomes a private copy; what the child writes stays in the child.
  // A page that it has not written yet shows what the parent wrote there last, unless the program
  // has closed the object's descriptor: then what is `live` is copied. A view that this child maps
  // later begins with zeros. False if a view could not be kept: it can then not be touched, and
  // its addresses stay reserved. Nothing happens where the views are private already.
  bool MakePrivate(const Ranges& live);

  // In a forked child: an object of its own, with a copy of what is `live` and room for
  // `wanted_room`, and views of it that share their pages as those of the parent do. False if there
  // is no memory for that: call MakePrivate, for one view may be without pages then.
  // REQUIRES: the views are not private
  bool Renew(const Ranges& live, std::uint64_t wanted_room);

 private:
  SharedPages() = default;

  // Address space for a pool of `bytes` and its windows; false if there is not enough.
  bool Reserve(std::uint64_t bytes, std::uint32_t windows);
  bool ReserveWith(unsigned window_shift, std::uint64_t bytes, std::uint32_t windows);
  void Unreserve();
  // The pages [from, to) of the object at their place in a window or, privately, fresh ones.
  bool MapStep(std::uint8_t* view, std::uint64_t from, std::uint64_t to);
  bool MakeViewPrivate(std::uint8_t* view, const Ranges& live);
  bool CopyInPlace(std::uint8_t* view, std::uint64_t bytes, const Ranges& live);
  template <typename Visit>
  void ForEachMappedWindow(const Visit& visit) {
    for (std::uint32_t window = 0; window < window_count(); ++window) {
      if (mapped_[window]) visit(Window(window));
    }
  }

  SharedObject object_;
  std::uint64_t bytes_ = 0;
  std::size_t page_bytes_ = 0;
  std::uint8_t* host_ = nullptr;
  std::uint8_t* windows_ = nullptr;
  unsigned window_shift_ = 0;
  std::uint64_t usable_bytes_ = 0;
  bool private_ = false;
  std::uint8_t* cleared_ = nullptr;  // the view that a failed Renew lost: nothing to copy is there
  std::vector<bool> mapped_;         // per window
};

}  // namespace openmatrix
