#include "base/own_descriptor.h"

#include <fcntl.h>
#include <unistd.h>

#include <utility>

namespace openmatrix {
namespace {

// Programs count on the low numbers: the standard three, and those that their own next files get.
constexpr int kPreferred = 100;
constexpr int kLowest = 3;

int MoveUp(int opened) noexcept {
  for (const int lowest : {kPreferred, kLowest}) {
    const int moved = ::fcntl(opened, F_DUPFD_CLOEXEC, lowest);
    if (moved >= 0) return moved;
  }
  return -1;
}

}  // namespace

OwnDescriptor::OwnDescriptor(int opened) noexcept {
  if (opened < 0) return;
  int moved = MoveUp(opened);
  if (moved < 0 && opened >= kLowest) {  // no other number is free
    moved = opened;
    ::fcntl(moved, F_SETFD, FD_CLOEXEC);
  } else {
    ::close(opened);
  }
  if (FileId::Of(moved, identity_)) number_ = moved;
}

OwnDescriptor::OwnDescriptor(OwnDescriptor&& other) noexcept { *this = std::move(other); }

OwnDescriptor& OwnDescriptor::operator=(OwnDescriptor&& other) noexcept {
  if (this == &other) return *this;
  Close();
  number_ = std::exchange(other.number_, -1);
  identity_ = other.identity_;
  return *this;
}

int OwnDescriptor::Get() const noexcept {
  FileId now;
  return FileId::Of(number_, now) && now == identity_ ? number_ : -1;
}

void OwnDescriptor::Close() noexcept {
  if (Get() >= 0) ::close(number_);
  number_ = -1;
}

}  // namespace openmatrix
