#include "os/fork_guard.h"

#include <pthread.h>

#include <algorithm>
#include <vector>

#include "base/mutex.h"
#include "base/no_destructor.h"

namespace openmatrix {
namespace {

struct Registry {
  Mutex mutex;
  std::vector<ForkAware*> objects;  // guarded by mutex, which is held across the fork
};

Registry& GetRegistry() {
  static NoDestructor<Registry> registry;
  return *registry;
}

void Before() OPENMATRIX_NO_THREAD_SAFETY_ANALYSIS {
  GetRegistry().mutex.Lock();
  for (ForkAware* object : GetRegistry().objects) object->BeforeFork();
}

void InParent() OPENMATRIX_NO_THREAD_SAFETY_ANALYSIS {
  for (ForkAware* object : GetRegistry().objects) object->AfterForkInParent();
  GetRegistry().mutex.Unlock();
}

void InChild() OPENMATRIX_NO_THREAD_SAFETY_ANALYSIS {
  for (ForkAware* object : GetRegistry().objects) object->AfterForkInChild();
  GetRegistry().mutex.Unlock();
}

}  // namespace

ForkGuard::ForkGuard(ForkAware* object) : object_(object) {
  static const int registered = pthread_atfork(Before, InParent, InChild);
  static_cast<void>(registered);
  MutexLock lock(GetRegistry().mutex);
  GetRegistry().objects.push_back(object);
}

ForkGuard::~ForkGuard() {
  MutexLock lock(GetRegistry().mutex);
  auto& objects = GetRegistry().objects;
  objects.erase(std::remove(objects.begin(), objects.end(), object_), objects.end());
}

}  // namespace openmatrix
