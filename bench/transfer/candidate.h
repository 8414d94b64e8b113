// What hands messages over: ours, or a queue that a user would pick instead. One a process.
//
// A lane has a near end, which a workload drives, and a far end with a thread of its own, which
// does what each message says (order.h). For every candidate but the floors a message is a Parcel,
// made anew with std::make_shared and destroyed by its receiver. Ours takes a new block for each
// payload, calls both hooks, and gives the block back; a queue's payloads are all in one buffer,
// which costs nothing, to its favour. Nobody touches a payload.
#pragma once

#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "order.h"

namespace bench {

class Sender {
 public:
  virtual ~Sender() = default;
  // Makes a message of the order and sends it to the far end, waiting for a place in the queue.
  virtual bool Send(const Order& order) = 0;
};

// The workload's half of a near end.
class Near {
 public:
  virtual ~Near() = default;
  // A message of the far end; it is destroyed already. On the thread that receives, one at a time.
  // False: that was the last one.
  virtual bool On(const Order& order, Sender& to_far_end) = 0;
};

class Lane : public Sender {
 public:
  // Returns when Near::On has said false; true if all sends went well. REQUIRES: on the thread
  // that sends.
  virtual bool Await() = 0;
};

class Candidate {
 public:
  virtual ~Candidate() = default;
  // Lane `number`, at most `queue` messages in each direction. Null, with a line on stderr, if
  // that is impossible. REQUIRES: `near` outlives it; no other open lane has that number.
  virtual std::unique_ptr<Lane> Open(Near& near, std::size_t queue, std::uint8_t number) = 0;

  // Around a workload: fails it if its `payloads` did not all cross without a copy.
  virtual void StartAudit() {}
  virtual void FinishAudit(benchmark::State&, std::uint64_t payloads) { (void)payloads; }
};

// A static object makes a candidate known.
class AddCandidate {
 public:
  using Make = std::unique_ptr<Candidate> (*)();
  AddCandidate(const char* name, Make make);
};

std::vector<std::string> CandidateNames();

// False if there is no such candidate.
bool Choose(const std::string& name);

// The candidate of this process. REQUIRES: Choose succeeded.
Candidate& Chosen();

}  // namespace bench
