// The allocators that are compared: one adapter of a few lines each, the same work for all.
//
// A process measures one candidate: nobody's memory or threads are in another one's way, and what
// the process holds is what this candidate holds. Peers are loaded by name and called through a
// pointer, as ours is, so a call costs the same for each; none of them replaces the program's
// malloc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace bench {

struct Candidate {
  std::string name;
  void* (*take)(std::size_t bytes) = nullptr;  // null when there is no memory
  void (*give)(void* block, std::size_t bytes) = nullptr;
  // The same as `take`, but waits while a limit is reached. Null: there is none that it could
  // reach.
  void* (*take_waiting)(std::size_t bytes, std::uint32_t milliseconds) = nullptr;
};

// Every allocator that Choose takes, ours first. It takes "floor_futex", too: no allocator (it
// never has memory), but the floor of the workload `waiting`.
const std::vector<std::string>& CandidateNames();

// False, with a line on stderr, if there is no such candidate or its library is not installed.
bool Choose(const std::string& name);

// The candidate of this process. REQUIRES: Choose succeeded.
const Candidate& Chosen();

}  // namespace bench
