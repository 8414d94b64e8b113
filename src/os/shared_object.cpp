#include "os/shared_object.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>

#include "base/log_sink.h"
#include "base/system_calls.h"
#include "os/temporary_directories.h"

namespace openmatrix {
namespace {

// Whatever reason there is: no line twice, however many pools a process makes.
void SayOnce(OnceGate& gate, const std::string& what) {
  if (gate.Enter()) LogLine(LogLevel::kWarning, "transfer memory: " + what);
}

// A file without a name in `directory`; -1 and errno if there can be none.
int OpenUnnamed(const std::string& directory) {
  const int opened = ::open(directory.c_str(), O_TMPFILE | O_RDWR | O_EXCL | O_CLOEXEC, 0600);
  if (opened >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL)) return opened;
  std::string name = directory + "/openmatrix-XXXXXX";
  const int named = ::mkostemp(name.data(), O_CLOEXEC);
  if (named >= 0) ::unlink(name.c_str());
  return named;
}

std::uint64_t RoomIn(int descriptor) {
  struct statvfs facts;
  if (::fstatvfs(descriptor, &facts) != 0) return 0;
  if (facts.f_blocks == 0) return ~0ull;  // a tmpfs without a limit
  return std::uint64_t{facts.f_bavail} * facts.f_frsize;
}

bool TryFile(const std::string& directory, std::uint64_t bytes, std::uint64_t wanted_room,
             OnceGate& gate, SharedObject& object) {
  object.descriptor = OwnDescriptor(OpenUnnamed(directory));
  std::string why;
  if (object.descriptor.Get() < 0) {
    why = ErrorText(errno);
  } else if (::ftruncate(object.descriptor.Get(), static_cast<off_t>(bytes)) != 0) {
    why = ErrorText(errno);
  } else if ((object.room = RoomIn(object.descriptor.Get())) < wanted_room) {
    why = "room for " + std::to_string(object.room >> 20) + " MiB of " +
          std::to_string(wanted_room >> 20);
  } else {
    SayOnce(gate, "in an unnamed file in " + directory);
    return true;
  }
  object.descriptor.Close();
  object.room = ~0ull;
  SayOnce(gate, "not in " + directory + ": " + why);
  return false;
}

// Growing a file beyond this is a deadly signal, also for one that has no disk.
std::uint64_t LongestFile() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return ~0ull;
  return limit.rlim_cur;
}

}  // namespace

SharedObject SharedObject::Create(std::uint64_t bytes, std::uint64_t wanted_room) {
  static OnceGate no_memfd, shm, chosen[2], anonymous, file_limit;
  SharedObject object;
  if (bytes > LongestFile()) {
    SayOnce(file_limit,
            "anonymous, because files are limited (ulimit -f): a fork copies what is live");
    return object;
  }
  object.descriptor = OwnDescriptor(::memfd_create("openmatrix", MFD_CLOEXEC));
  if (object.descriptor.Get() >= 0) {
    if (::ftruncate(object.descriptor.Get(), static_cast<off_t>(bytes)) == 0) return object;
    object.descriptor.Close();
  }
  SayOnce(no_memfd, "memfd_create is refused (" + ErrorText(errno) + ")");
  if (TryFile("/dev/shm", bytes, wanted_room, shm, object)) return object;
  OnceGate* gate = chosen;
  for (const std::string& directory : TemporaryDirectories()) {
    if (TryFile(directory, bytes, wanted_room, *gate++, object)) return object;
  }
  SayOnce(anonymous, "anonymous: a fork copies what is live");
  return object;
}

}  // namespace openmatrix
