// hiai::PowerState, and the simulator's way to make it speak.
#include "hiaiengine/power_state.h"

#include <algorithm>

#include "api/guard.h"
#include "api/process_instance.h"
#include "base/no_destructor.h"
#include "openmatrix/simulator.h"
#include "os/fork_guard.h"
#include "runtime/user_call.h"

namespace openmatrix {

struct PowerStateAccess {
  using Callback = hiai::PowerState::PowerStateNotifyCallbackT;

  static hiai::PowerState* Make() { return new hiai::PowerState; }

  static HIAI_StatusT Add(hiai::PowerState& state, Callback callback) {
    if (callback == nullptr) return HIAI_POWER_STATE_CALLBACK_REGISTER_ERROR;
    const std::lock_guard<std::mutex> lock(state.mutex_);
    if (Find(state, callback) != state.callbacks_.end()) {
      return HIAI_POWER_STATE_DUPLICATE_CALLBACK;
    }
    state.callbacks_.push_back(callback);
    return HIAI_OK;
  }

  static HIAI_StatusT Remove(hiai::PowerState& state, Callback callback) {
    if (callback == nullptr) return HIAI_POWER_STATE_CALLBACK_REGISTER_ERROR;
    const std::lock_guard<std::mutex> lock(state.mutex_);
    const auto found = Find(state, callback);
    if (found == state.callbacks_.end()) return HIAI_POWER_STATE_CALLBACK_REGISTER_WARNING;
    state.callbacks_.erase(found);
    return HIAI_OK;
  }

  static std::vector<Callback> All(hiai::PowerState& state) {
    const std::lock_guard<std::mutex> lock(state.mutex_);
    return state.callbacks_;
  }

  static bool Has(hiai::PowerState& state, Callback callback) {
    const std::lock_guard<std::mutex> lock(state.mutex_);
    return Find(state, callback) != state.callbacks_.end();
  }

  static void Hold() { hiai::PowerState::GetInstance()->mutex_.lock(); }
  static void LetGo() { hiai::PowerState::GetInstance()->mutex_.unlock(); }

 private:
  // REQUIRES: the object's lock.
  static std::vector<Callback>::iterator Find(hiai::PowerState& state, Callback callback) {
    return std::find(state.callbacks_.begin(), state.callbacks_.end(), callback);
  }
};

namespace {

// The object is made with the library, so that during a fork no other thread is just making it.
[[maybe_unused]] const hiai::PowerState* const g_state = hiai::PowerState::GetInstance();
NoDestructor<HeldAcrossForks> g_held(ForkRank::kTables, &PowerStateAccess::Hold,
                                     &PowerStateAccess::LetGo);

void Notify(std::uint32_t device, hiai::PowerState::DevicePowerStateT now) {
  hiai::PowerState& state = *hiai::PowerState::GetInstance();
  for (const PowerStateAccess::Callback callback : PowerStateAccess::All(state)) {
    // One that ran before may have unsubscribed it.
    if (!PowerStateAccess::Has(state, callback)) continue;
    HIAI_StatusT status = HIAI_OK;
    const bool returned = CallUser("power state of device " + std::to_string(device), "a callback",
                                   [&] { status = callback(device, now); });
    if (returned && status != HIAI_OK) {
      Log(LogLevel::kWarning, "power state of device %u: a callback returned 0x%08x", device,
          status);
    }
  }
}

}  // namespace
}  // namespace openmatrix

namespace hiai {

PowerState* PowerState::GetInstance() {
  static PowerState* const instance = openmatrix::PowerStateAccess::Make();
  return instance;
}

HIAI_StatusT PowerState::SubscribePowerStateEvent(const PowerStateNotifyCallbackT& notifyCallback) {
  return openmatrix::Guard(
      [&] { return openmatrix::PowerStateAccess::Add(*this, notifyCallback); });
}

HIAI_StatusT PowerState::UnsubscribePowerStateEvent(
    const PowerStateNotifyCallbackT& notifyCallback) {
  return openmatrix::Guard(
      [&] { return openmatrix::PowerStateAccess::Remove(*this, notifyCallback); });
}

}  // namespace hiai

int openmatrix_notify_power_state(uint32_t deviceId, int state) {
  using hiai::PowerState;
  if (state < 0 || state >= PowerState::DEVICE_POWER_STATE_MAX) return -1;
  bool known = false;
  static_cast<void>(openmatrix::Guard([&] {
    known = deviceId < openmatrix::GetProcess().options().devices;
    if (known) openmatrix::Notify(deviceId, static_cast<PowerState::DevicePowerStateT>(state));
    return HIAI_OK;
  }));
  return known ? 0 : -1;
}
