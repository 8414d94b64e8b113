#include "base/file_id.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <cerrno>

namespace openmatrix {
namespace {

// The descriptor's own file if the path is empty.
bool Ask(int descriptor, const char* path, FileId& id) noexcept {
#ifdef STATX_BTIME
  struct statx all;
  if (::statx(descriptor, path, AT_EMPTY_PATH, STATX_INO | STATX_BTIME, &all) == 0) {
    id = FileId{::makedev(all.stx_dev_major, all.stx_dev_minor), all.stx_ino, 0};
    if ((all.stx_mask & STATX_BTIME) != 0) {
      id.birth =
          static_cast<std::uint64_t>(all.stx_btime.tv_sec) * 1'000'000'000 + all.stx_btime.tv_nsec;
    }
    return true;
  }
  if (errno == EBADF) return false;
#endif
  struct stat facts;  // also where a sandbox refuses the newer call
  if (::fstatat(descriptor, path, &facts, AT_EMPTY_PATH) != 0) return false;
  id = FileId{facts.st_dev, facts.st_ino, 0};
  return true;
}

}  // namespace

bool FileId::Of(int descriptor, FileId& id) noexcept {
  const int saved_errno = errno;
  const bool open = descriptor >= 0 && Ask(descriptor, "", id);
  errno = saved_errno;
  return open;
}

bool FileId::At(const std::string& path, FileId& id) noexcept {
  const int saved_errno = errno;
  const bool there = !path.empty() && Ask(AT_FDCWD, path.c_str(), id);
  errno = saved_errno;
  return there;
}

}  // namespace openmatrix
