#include "runtime/copy_lease.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <sstream>

#include "base/quiet_signals.h"
#include "os/descriptor.h"

namespace openmatrix {
namespace {

constexpr std::size_t kMaxLeaseBytes = std::size_t{4} << 20;

bool Append(int file, const std::string& text) {
  const QuietSignals quiet;  // not even this may be within the limit of a file's size
  return ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

}  // namespace

constexpr char CopyLease::kPrefix[];

// Numbers of processes come again, and leftovers of the dead may have them: so callers create files
// exclusively, and ask for another name if there is one.
std::string NameOfThisProcess(const char* kind) {
  static std::atomic<std::uint64_t> counter{0};  // no partner: a number of its own
  return kind + std::to_string(::getpid()) + "-" +
         std::to_string(counter.fetch_add(1, std::memory_order_relaxed));
}

// Locked before it has the name by which others look for leases: none of them finds it unlocked.
bool CopyLease::Begin(int directory) {
  const std::string early = NameOfThisProcess("new-");
  Descriptor file(::openat(directory, early.c_str(),
                           O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file.ok()) return false;
  // Never 0, 1 or 2: what others write there would become names.
  Descriptor kept(::fcntl(file.get(), F_DUPFD_CLOEXEC, 3));
  std::string text;
  for (const std::string& name : names_) text += name + "\n";
  const std::string final_name = NameOfThisProcess(kPrefix);
  if (!kept.ok() || ::flock(kept.get(), LOCK_EX | LOCK_NB) != 0 || !Append(kept.get(), text) ||
      ::renameat(directory, early.c_str(), directory, final_name.c_str()) != 0) {
    ::unlinkat(directory, early.c_str(), 0);
    return false;
  }
  file_ = final_name;
  kept.Release();
  return true;
}

bool CopyLease::Add(int directory, const std::string& name) {
  if (!names_.insert(name).second) return true;
  if (!file_.empty()) {
    const Descriptor file(
        ::openat(directory, file_.c_str(), O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC));
    // Whoever can lock it is alone: the descriptor that held the lease was closed.
    const bool lost = !file.ok() || ::flock(file.get(), LOCK_EX | LOCK_NB) == 0;
    if (!lost) return Append(file.get(), name + "\n");
  }
  // The first name, or all of them in a new lease.
  return Begin(directory);
}

std::vector<std::string> CopyLease::Read(int directory, const std::string& lease) {
  const Descriptor file(
      ::openat(directory, lease.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file.ok()) return {};
  if (::flock(file.get(), LOCK_EX | LOCK_NB) == 0) {
    ::unlinkat(directory, lease.c_str(), 0);
    return {};
  }
  std::string text(kMaxLeaseBytes, '\0');
  const ssize_t count = ::read(file.get(), &text[0], text.size());
  text.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
  std::vector<std::string> names;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) names.push_back(line);
  return names;
}

}  // namespace openmatrix
