// Two engines; both count in the globals of this library, of which each card has its own.
#include "hiaiengine/engine.h"
#include "job.h"

using namespace std;

static mutex g_mutex;
static uint32_t g_card_jobs = 0;

static shared_ptr<Job> Count(shared_ptr<void> message, uint32_t graph) {
  shared_ptr<Job> job = static_pointer_cast<Job>(message);
  lock_guard<mutex> lock(g_mutex);
  job->graph = graph;
  job->card_jobs = ++g_card_jobs;
  job->inline_jobs = ++JobCounter();
  return job;
}

class EvenEngine : public hiai::Engine {
  HIAI_DEFINE_PROCESS(1, 1)
};
HIAI_IMPL_ENGINE_PROCESS("EvenEngine", EvenEngine, 1) {
  return SendData(0, "Job", Count(arg0, GetGraphId()));
}

class OddEngine : public hiai::Engine {
  HIAI_DEFINE_PROCESS(1, 1)
};
HIAI_IMPL_ENGINE_PROCESS("OddEngine", OddEngine, 1) {
  return SendData(0, "Job", Count(arg0, GetGraphId()));
}
