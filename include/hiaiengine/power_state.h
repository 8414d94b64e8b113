// Tells applications what the power of a device does. Here nothing happens by itself: see
// openmatrix_notify_power_state in openmatrix/simulator.h.
#pragma once

#include <cstdint>
#include <mutex>
#include <vector>

#include "hiaiengine/status.h"

namespace openmatrix {
struct PowerStateAccess;
}  // namespace openmatrix

namespace hiai {

/// @brief The functions that want to know. One object for the whole program.
class HIAI_LIB_VISIBILITY PowerState {
 public:
  /// @brief What happens to a device.
  enum DevicePowerStateT {
    DEVICE_POWER_STATE_S0 = 0,   ///< it is awake and can be used
    DEVICE_POWER_STATE_SUSPEND,  ///< it is about to sleep: release what it holds for you
    DEVICE_POWER_STATE_D0,       ///< it can be used
    DEVICE_POWER_STATE_D3,       ///< it is about to stop
    DEVICE_POWER_STATE_ENABLE,   ///< its driver came
    DEVICE_POWER_STATE_DISABLE,  ///< its driver went
    DEVICE_POWER_STATE_MAX       ///< how many there are
  };
  /// @brief The manuals' name of the type.
  typedef DevicePowerStateT DEVICE_POWER_STATE;

  /// @brief A function that is told; what it returns is logged if it is not HIAI_OK.
  typedef HIAI_StatusT (*PowerStateNotifyCallbackT)(uint32_t deviceId,
                                                    DevicePowerStateT devicePowerState);

  /// @brief The one object.
  ///
  /// @return  it; never null, never destroyed
  /// @threads any, at once
  /// @source  [header]
  static PowerState* GetInstance();

  /// @brief From now on the function is told. No lock is held while it runs.
  ///
  /// @param[in] notifyCallback  the function
  /// @return  HIAI_OK; HIAI_POWER_STATE_CALLBACK_REGISTER_ERROR for null;
  ///          HIAI_POWER_STATE_DUPLICATE_CALLBACK
  /// @threads any, at once, also from such a function
  /// @source  [header] signature, [choice] codes
  HIAI_StatusT SubscribePowerStateEvent(const PowerStateNotifyCallbackT& notifyCallback);

  /// @brief From now on the function is not told. A call that another thread is in goes on.
  ///
  /// @param[in] notifyCallback  the function
  /// @return  HIAI_OK; HIAI_POWER_STATE_CALLBACK_REGISTER_ERROR for null;
  ///          HIAI_POWER_STATE_CALLBACK_REGISTER_WARNING for one that was not subscribed
  /// @threads any, at once, also from such a function
  /// @source  [header] signature, [choice] codes
  HIAI_StatusT UnsubscribePowerStateEvent(const PowerStateNotifyCallbackT& notifyCallback);

  PowerState(const PowerState&) = delete;
  PowerState& operator=(const PowerState&) = delete;

 private:
  friend struct openmatrix::PowerStateAccess;
  PowerState() = default;
  ~PowerState() = default;

  std::mutex mutex_;
  std::vector<PowerStateNotifyCallbackT> callbacks_;
  void* reserved_[9] __attribute__((unused));  // the size is the original's
};

#if defined(__x86_64__)
OPENMATRIX_ABI_ASSERT(sizeof(PowerState) == 136);
#endif

}  // namespace hiai
