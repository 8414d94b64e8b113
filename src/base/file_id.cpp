#include "base/file_id.h"

#include <sys/stat.h>

#include <cerrno>

namespace openmatrix {

bool FileId::Of(int descriptor, FileId& id) noexcept {
  struct stat facts;
  const int saved_errno = errno;
  const bool open = descriptor >= 0 && ::fstat(descriptor, &facts) == 0;
  errno = saved_errno;
  if (open) id = FileId{facts.st_dev, facts.st_ino};
  return open;
}

}  // namespace openmatrix
