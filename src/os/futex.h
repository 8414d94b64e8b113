// Sleeping on, and waking from, one 32-bit word: the kernel's futex, nothing added.
//
// For threads of one process. Only transport/doorbell.h and os/backoff.h should need it: the
// protocol around the word is where the mistakes are. A wait costs a system call and, with the
// wake, about 20 us.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace openmatrix {

using FutexWord = std::atomic<std::uint32_t>;

// Sleeps while `word` holds `expected`, until a wake or `deadline`; time_point::max() is no
// deadline. May return early for no reason. False only when the deadline has passed.
bool FutexWait(FutexWord& word, std::uint32_t expected,
               std::chrono::steady_clock::time_point deadline);

// Wakes at most `threads` threads that sleep on `word`.
void FutexWake(FutexWord& word, int threads);

}  // namespace openmatrix
