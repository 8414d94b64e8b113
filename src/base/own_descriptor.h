// A descriptor of ours that outlives the call that opened it. The program may close it, as daemons
// close all they find, and its number then becomes a file of the program's own: so every use asks
// first whether it is still the file that was opened.
//
// Between the question and the use another thread may still close it; no use of ours comes where
// that is likely. Any thread may ask; Close and assignment are for one thread at a time.
#pragma once

#include "base/file_id.h"

namespace openmatrix {

class OwnDescriptor {
 public:
  OwnDescriptor() = default;
  // Takes `opened` over, under a number above the standard three, closed by exec. -1 stays -1.
  explicit OwnDescriptor(int opened) noexcept;
  OwnDescriptor(OwnDescriptor&& other) noexcept;
  OwnDescriptor& operator=(OwnDescriptor&& other) noexcept;
  ~OwnDescriptor() { Close(); }

  // The number, for a use that follows at once; -1 if there is none or it is another file by now.
  int Get() const noexcept;

  // True if it was open once and is not ours any more.
  bool lost() const noexcept { return number_ >= 0 && Get() < 0; }

  // Leaves a file of somebody else's alone.
  void Close() noexcept;

 private:
  int number_ = -1;
  FileId identity_;
};

}  // namespace openmatrix
