// A function object of the user's that is copied without running code of his: copies share one.
//
// For tables that are copied under a lock: what a user's copy constructor or destructor calls may
// need that lock. To make one of a std::function copies it once, and to destroy the last one
// destroys it; neither belongs under a lock. Any thread, as a shared_ptr.
#pragma once

#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

#include "base/cancellation.h"

namespace openmatrix {

template <typename Signature>
class SharedFunction;

template <typename R, typename... Args>
class SharedFunction<R(Args...)> {
 public:
  using Function = std::function<R(Args...)>;

  SharedFunction() = default;
  // Of anything that can be called so. One that a std::function wraps is shared with it.
  template <typename F,
            typename = std::enable_if_t<!std::is_same_v<std::decay_t<F>, SharedFunction> &&
                                        std::is_invocable_r_v<R, std::decay_t<F>&, Args...>>>
  SharedFunction(F&& callable) {
    Function function(std::forward<F>(callable));
    const SharedFunction* const wrapped = function.template target<SharedFunction>();
    if (wrapped != nullptr) {
      *this = *wrapped;
    } else if (function) {
      function_ = std::make_shared<Held>(std::move(function));
    }
  }

  // The same function, which `function` then shares. It is moved: no code of the user's runs.
  static SharedFunction OfInPlace(Function& function) {
    if (!function) return {};
    const SharedFunction* const wrapped = function.template target<SharedFunction>();
    if (wrapped != nullptr) return *wrapped;
    SharedFunction shared;
    shared.function_ = std::make_shared<Held>(Function());
    Function wrapper(shared);
    shared.function_->function.swap(function);  // nothing fails from here on
    function.swap(wrapper);
    return shared;
  }

  explicit operator bool() const { return function_ != nullptr; }
  R operator()(Args... args) const { return function_->function(std::forward<Args>(args)...); }

  // The user's object itself, copied: his code runs.
  Function Copy() const { return function_ != nullptr ? function_->function : Function(); }

 private:
  struct Held {
    explicit Held(Function users) : function(std::move(users)) {}
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;
    ~Held() {
      const NoCancellation here;  // the user's destructor must not be unwound
      function = nullptr;
    }

    Function function;
  };

  std::shared_ptr<Held> function_;
};

}  // namespace openmatrix
