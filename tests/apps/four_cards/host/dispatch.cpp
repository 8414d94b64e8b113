#include "hiaiengine/engine.h"
#include "job.h"

using namespace std;

class Dispatch : public hiai::Engine {
  HIAI_DEFINE_PROCESS(1, 2)
};
HIAI_IMPL_ENGINE_PROCESS("Dispatch", Dispatch, 1) {
  shared_ptr<Job> job = static_pointer_cast<Job>(arg0);
  ++JobCounter();
  return SendData(job->number % 2, "Job", job);
}

class Collect : public hiai::Engine {
  HIAI_DEFINE_PROCESS(2, 1)
};
HIAI_IMPL_ENGINE_PROCESS("Collect", Collect, 2) {
  return SendData(0, "Job", arg0 != nullptr ? arg0 : arg1);
}
