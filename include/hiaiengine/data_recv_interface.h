// What code outside engines implements to receive what an engine sends on an output port.
#pragma once

#include <memory>

#include "hiaiengine/status.h"

namespace hiai {

/// @brief A receiver of messages; see Graph::SetDataRecvFunctor.
class HIAI_LIB_VISIBILITY DataRecvInterface {
 public:
  DataRecvInterface() = default;
  virtual ~DataRecvInterface() = default;
  DataRecvInterface(const DataRecvInterface&) = delete;
  DataRecvInterface& operator=(const DataRecvInterface&) = delete;

  /// @brief Called for each message that the watched port sends.
  ///
  /// @param[in] message  the very object that was sent
  /// @return    HIAI_OK; any other value becomes the result of the SendData that called
  /// @ownership shared with the sender; keep a copy of the pointer to keep the object
  /// @threads   the thread that called SendData, so several at once if several send
  /// @source    [header] signature, [choice] synchronous call and propagated result
  virtual HIAI_StatusT RecvData(const std::shared_ptr<void>& message) = 0;
};

}  // namespace hiai
