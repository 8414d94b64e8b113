// Which copies of a CopyDirectory living processes use: a file per process with a name per line,
// locked (flock) while the process, or a child that it forked, lives.
//
// The lock's descriptor is never used again and never closed. So a program that closes descriptors
// which it does not know only gives the lease up: its files may go while it lives, and that is what
// a later debugger misses. Nothing is read or written through the number, which may be a file of
// the program's by then.
//
// One thread at a time.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace openmatrix {

class CopyLease {
 public:
  // From now on no process that keeps to the rules removes `name` from the directory. False if
  // that cannot be written down.
  bool Add(int directory, const std::string& name);

  // The names that this process has added.
  const std::set<std::string>& names() const { return names_; }

  // The names in `lease`, a file of the directory, if its process lives. Removes it if not.
  static std::vector<std::string> Read(int directory, const std::string& lease);

  static constexpr char kPrefix[] = "lease-";

 private:
  bool Begin(int directory);

  std::string file_;
  std::set<std::string> names_;
};

// "<kind><process>-<n>", another one with each call.
std::string NameOfThisProcess(const char* kind);

}  // namespace openmatrix
