#ifndef CARDS_JOB_H_
#define CARDS_JOB_H_

#include "hiaiengine/data_type_reg.h"

struct Job {
  uint32_t number = 0;
  uint32_t graph = 0;        // set by the card
  uint32_t card_jobs = 0;    // how many jobs the card has had
  uint32_t inline_jobs = 0;  // the same, counted in an inline function
};

template <class Archive>
void serialize(Archive& ar, Job& job) {
  ar(job.number, job.graph, job.card_jobs, job.inline_jobs);
}

// Each card, and the host, counts for itself.
inline std::atomic<uint32_t>& JobCounter() {
  static std::atomic<uint32_t> counter(0);
  return counter;
}

HIAI_REGISTER_DATA_TYPE("Job", Job);

#endif
