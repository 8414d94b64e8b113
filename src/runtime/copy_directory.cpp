#include "runtime/copy_directory.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <set>
#include <vector>

#include "base/quiet_signals.h"
#include "base/system_calls.h"
#include "os/descriptor.h"
#include "runtime/library_order.h"

namespace openmatrix {
namespace {

constexpr char kUnfinished[] = "new-";
constexpr std::time_t kUnfinishedSeconds = 3600;  // nobody needs so long
constexpr std::uint64_t kTidyEvery = 64;          // copies: looking at all of them costs
constexpr int kOpenFlags = O_NOFOLLOW | O_CLOEXEC;

Error Failed(const std::string& directory, const std::string& why) {
  return Error{Code::kNoCapacity, directory + " " + why};
}

std::string Reason() { return ErrorText(errno); }

bool IsCalled(const std::string& text, const char* prefix) { return text.rfind(prefix, 0) == 0; }

// Others may put files there, but not take ours away. A group that may is the user's own choice.
bool IsSafeBase(const struct stat& facts) {
  const bool trusted = facts.st_uid == 0 || facts.st_uid == ::geteuid();
  return trusted && ((facts.st_mode & S_IWOTH) == 0 || (facts.st_mode & S_ISVTX) != 0);
}

// The directory `name`, made if need be. Not ok if it is not this user's alone.
Descriptor OpenOwn(int outer, const std::string& name) {
  const int unmade = ::mkdirat(outer, name.c_str(), 0700) != 0 ? errno : 0;
  Descriptor inner(::openat(outer, name.c_str(), O_RDONLY | O_DIRECTORY | kOpenFlags));
  if (!inner.ok() && errno == ENOENT && unmade != 0) errno = unmade;  // why it is not there
  struct stat facts;
  if (!inner.ok() || ::fstat(inner.get(), &facts) != 0) return Descriptor();
  if (facts.st_uid == ::geteuid() && (facts.st_mode & (S_IRWXG | S_IRWXO)) == 0) return inner;
  errno = EPERM;
  return Descriptor();
}

// Opens the directory below `base`, made if need be; `path` is then where it is.
Result<Descriptor> OpenDirectory(const std::string& base, std::string& path) {
  const std::unique_ptr<char, void (*)(void*)> resolved(::realpath(base.c_str(), nullptr),
                                                        &std::free);
  if (resolved == nullptr) return Failed(base, "cannot be used: " + Reason());
  const Descriptor outer(::open(resolved.get(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  struct stat facts;
  struct statvfs mount;
  if (!outer.ok() || ::fstat(outer.get(), &facts) != 0 || ::fstatvfs(outer.get(), &mount) != 0) {
    return Failed(base, "cannot be used: " + Reason());
  }
  if (!IsSafeBase(facts)) return Failed(base, "may be changed by other users");
  if ((mount.f_flag & ST_NOEXEC) != 0) return Failed(base, "is mounted noexec");
  if (LinkerChanges(resolved.get())) return Failed(base, kChangedPath);
  const std::string name = "openmatrix-" + std::to_string(::geteuid());
  path = std::string(resolved.get()) + "/" + name;
  Descriptor inner = OpenOwn(outer.get(), name);
  if (!inner.ok()) return Failed(path, "cannot be used by this user alone: " + Reason());
  return inner;
}

// FNV-1a. Content is compared, so it need not withstand anybody.
std::uint64_t HashOf(const std::string& bytes) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const char byte : bytes) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3u;
  return hash;
}

std::string EntryFor(const std::string& bytes, const std::string& side) {
  char head[64];
  std::snprintf(head, sizeof head, "%016llx-%llx-", static_cast<unsigned long long>(HashOf(bytes)),
                static_cast<unsigned long long>(bytes.size()));
  return head + side;
}

// True if the copy is there, complete and nobody else's.
bool Holds(int directory, const std::string& name, const std::string& bytes) {
  const Descriptor file(::openat(directory, name.c_str(), O_RDONLY | O_NONBLOCK | kOpenFlags));
  struct stat facts;
  if (!file.ok() || ::fstat(file.get(), &facts) != 0 || !S_ISREG(facts.st_mode) ||
      facts.st_uid != ::geteuid() || (facts.st_mode & (S_IWGRP | S_IWOTH)) != 0 ||
      static_cast<std::uint64_t>(facts.st_size) != bytes.size()) {
    return false;
  }
  std::string part(std::size_t{1} << 16, '\0');
  for (std::size_t at = 0; at < bytes.size();) {
    const ssize_t count = ::read(file.get(), &part[0], part.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    const auto length = static_cast<std::size_t>(count);
    if (bytes.compare(at, length, part, 0, length) != 0) return false;
    at += length;
  }
  return true;
}

bool WriteQuietly(int file, const std::string& bytes) {
  const QuietSignals quiet;  // the file may be larger than this process may write
  return WriteAll(file, bytes.data(), bytes.size());
}

// Under another name first: who finds a copy finds all of it.
bool Write(int directory, const std::string& name, const std::string& bytes) {
  std::string early;
  int number = -1;
  do {
    early = NameOfThisProcess(kUnfinished);
    number = ::openat(directory, early.c_str(), O_WRONLY | O_CREAT | O_EXCL | kOpenFlags, 0600);
  } while (number < 0 && errno == EEXIST);
  const Descriptor file(number);
  if (!file.ok()) return false;
  if (WriteQuietly(file.get(), bytes) &&
      ::renameat(directory, early.c_str(), directory, name.c_str()) == 0) {
    return true;
  }
  const int error = errno;
  ::unlinkat(directory, early.c_str(), 0);
  errno = error;
  return false;
}

std::vector<std::string> NamesIn(int directory) {
  std::vector<std::string> names;
  Descriptor again(::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const std::unique_ptr<DIR, int (*)(DIR*)> listing(again.ok() ? ::fdopendir(again.get()) : nullptr,
                                                    &::closedir);
  if (listing == nullptr) return names;
  again.Release();
  while (const dirent* const entry = ::readdir(listing.get())) names.emplace_back(entry->d_name);
  return names;
}

// Sees to it that the file is in the entry, which counts as used now.
bool Keep(int directory, const std::string& entry, const std::string& name,
          const std::string& bytes, bool& is_new) {
  const Descriptor inner = OpenOwn(directory, entry);
  if (!inner.ok()) return false;
  ::futimens(inner.get(), nullptr);
  if (Holds(inner.get(), name, bytes)) return true;
  is_new = true;
  // Looked at again: without standard descriptors the file was 0, 1 or 2 for a moment, and others
  // write there.
  return Write(inner.get(), name, bytes) && Holds(inner.get(), name, bytes);
}

struct Entry {
  std::string name;
  std::uint64_t bytes = 0;
  std::int64_t used_ns = 0;
};

// What lies in the directory of an entry.
Entry Measure(int directory, const std::string& name) {
  Entry entry{name, 0, 0};
  const Descriptor inner(::openat(directory, name.c_str(), O_RDONLY | O_DIRECTORY | kOpenFlags));
  struct stat facts;
  if (!inner.ok() || ::fstat(inner.get(), &facts) != 0) return entry;
  entry.used_ns = std::int64_t{facts.st_mtim.tv_sec} * 1000000000 + facts.st_mtim.tv_nsec;
  for (const std::string& file : NamesIn(inner.get())) {
    if (::fstatat(inner.get(), file.c_str(), &facts, AT_SYMLINK_NOFOLLOW) != 0) continue;
    if (S_ISREG(facts.st_mode)) entry.bytes += static_cast<std::uint64_t>(facts.st_size);
  }
  return entry;
}

// A lease that never came to be one.
void RemoveIfOld(int directory, const std::string& name) {
  struct stat facts;
  if (::fstatat(directory, name.c_str(), &facts, AT_SYMLINK_NOFOLLOW) == 0 &&
      std::time(nullptr) - facts.st_mtime > kUnfinishedSeconds) {
    ::unlinkat(directory, name.c_str(), 0);
  }
}

bool Remove(int directory, const std::string& name) {
  const Descriptor inner(::openat(directory, name.c_str(), O_RDONLY | O_DIRECTORY | kOpenFlags));
  if (!inner.ok()) return false;
  for (const std::string& file : NamesIn(inner.get())) ::unlinkat(inner.get(), file.c_str(), 0);
  return ::unlinkat(directory, name.c_str(), AT_REMOVEDIR) == 0;
}

}  // namespace

// Entries first and leases then: whoever comes meanwhile has said so before he looks for his copy.
void CopyDirectory::Tidy(int directory) {
  if (::flock(directory, LOCK_EX | LOCK_NB) != 0) return;  // somebody else does
  std::vector<Entry> entries;
  std::vector<std::string> leases;
  for (const std::string& name : NamesIn(directory)) {
    if (name[0] == '.') continue;
    if (IsCalled(name, CopyLease::kPrefix)) {
      leases.push_back(name);
    } else if (IsCalled(name, kUnfinished)) {
      RemoveIfOld(directory, name);
    } else {
      entries.push_back(Measure(directory, name));
    }
  }
  std::set<std::string> used = lease_.names();
  for (const std::string& lease : leases) {
    for (std::string& name : CopyLease::Read(directory, lease)) used.insert(std::move(name));
  }
  std::sort(entries.begin(), entries.end(),
            [](const Entry& left, const Entry& right) { return left.used_ns < right.used_ns; });
  std::uint64_t count = entries.size();
  std::uint64_t bytes = 0;
  for (const Entry& entry : entries) bytes += entry.bytes;
  for (const Entry& entry : entries) {
    if (count <= bounds_.copies && bytes <= bounds_.bytes) break;
    if (used.count(entry.name) != 0 || !Remove(directory, entry.name)) continue;
    --count;
    bytes -= entry.bytes;
  }
  ::flock(directory, LOCK_UN);
}

Result<std::string> CopyDirectory::Put(const std::string& bytes, const std::string& side,
                                       const std::string& name) {
  MutexLock lock(mutex_);
  std::string path;
  const Result<Descriptor> opened = OpenDirectory(base_, path);
  if (!opened.ok()) return opened.error();
  const int directory = opened.value().get();
  const std::string entry = EntryFor(bytes, side);
  lease_.Add(directory, entry);
  bool is_new = false;
  // Twice, because a process that has read the leases before may still remove the entry once.
  if (!Keep(directory, entry, name, bytes, is_new) &&
      !Keep(directory, entry, name, bytes, is_new)) {
    return Failed(path, "has no room: " + Reason());
  }
  if (is_new && until_tidy_ > 0) --until_tidy_;
  if (until_tidy_ == 0) {
    Tidy(directory);
    until_tidy_ = kTidyEvery;
  }
  return path + "/" + entry + "/" + name;
}

}  // namespace openmatrix
