// Brings objects through fork(): their locks are held while the process splits, so that the
// child, which has only the calling thread, finds them free and consistent.
#pragma once

namespace openmatrix {

class ForkAware {
 public:
  virtual void BeforeFork() = 0;
  virtual void AfterForkInParent() = 0;
  virtual void AfterForkInChild() = 0;

 protected:
  ~ForkAware() = default;
};

// Registers for the object's life.
class ForkGuard {
 public:
  explicit ForkGuard(ForkAware* object);
  ~ForkGuard();
  ForkGuard(const ForkGuard&) = delete;
  ForkGuard& operator=(const ForkGuard&) = delete;

 private:
  ForkAware* object_;
};

}  // namespace openmatrix
