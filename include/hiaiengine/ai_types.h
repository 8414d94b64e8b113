// Statuses and small types of model inference, in namespace hiai.
//
// AIStatus is not HIAI_StatusT: here success is zero. The enumerators stand in hiai itself, as the
// vendor's do.
#pragma once

#include <linux/limits.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "hiaiengine/internal/usual_headers.h"
#include "hiaiengine/internal/visibility.h"

#if !defined(HIAI_NODE_LIB_VISIBILITY)
/// @brief Marks what libraries of model nodes show; may be defined by the application.
#define HIAI_NODE_LIB_VISIBILITY __attribute__((visibility("default")))
#endif

namespace hiai {

/// @brief Result of a call of model inference; compare with SUCCESS.
typedef uint32_t AIStatus;

/// @brief The call did what it says.
static const AIStatus SUCCESS = 0;
/// @brief It did not, for a reason that has no code of its own.
static const AIStatus FAILED = 1;
/// @brief Init was not called, or failed.
static const AIStatus NOT_INIT = 2;
/// @brief An argument is not acceptable.
static const AIStatus INVALID_PARA = 3;
/// @brief The task took too long.
static const AIStatus AI_TASK_TIMEOUT = 4;

/// @brief Bytes of the longest path, with its zero.
const uint32_t MAX_PATH = PATH_MAX;

/// @brief Kinds of tensors.
enum AI_TENSOR_TYPE {
  MODEL_BUFFER,           ///< a model
  NEURAL_NETWORK_BUFFER,  ///< input or output of a network
  IMAGE_BUFFER,           ///< an encoded picture
  GENERAL_BUFFER,         ///< bytes
  CUSTOM                  ///< a type of the application's
};

/// @brief How a node can be run.
enum AI_NODE_EXEC_MODE {
  SYNC,   ///< Process returns the outputs
  ASYNC,  ///< a listener receives them
  BOTH    ///< either
};

/// @brief Kinds of offline models.
enum AI_OFFLINE_MODEL_TYPE {
  NPU_OFFLINE_MODEL,  ///< for the NPU
  MAX_OFFLINE_MODEL   ///< how many kinds there are
};

/// @brief Kinds of tasks.
enum AITaskType {
  NPU_OFFLINE_TASK  ///< runs an offline model
};

/// @brief What a node does while it has no work.
enum AI_IDLE_STATUS {
  WORKING,          ///< it has work
  IDLE_TIMEOUT,     ///< idle for longer than allowed
  TIMEOUT_NOT_WORK  ///< released
};

/// @brief Life of a task.
enum AI_TASK_STATUS {
  TASK_WAIT,     ///< queued
  TASK_RUNNING,  ///< being worked on
  TASK_TIMEOUT,  ///< given up
  TASK_DONE      ///< finished
};

/// @brief Element types of tensors; see AITensorGetBytes.
enum NN_DATA_TYPE {
  HIAI_DATA_FLOAT = 0,  ///< 4 bytes, IEEE 754
  HIAI_DATA_HALF,       ///< 2 bytes, IEEE 754
  HIAI_DATA_INT8,       ///< 1 byte
  HIAI_DATA_INT32,      ///< 4 bytes
  HIAI_DATA_UINT8,      ///< 1 byte
  HIAI_DATA_RESERVED    ///< end of the list
};

/// @brief Who made an offline model.
enum MODEL_TYPE {
  AI_NPU_OFFLINE_MODEL = 0,   ///< for the NPU
  AI_CAMBRICON_OFFLINE_MODEL  ///< of another maker
};

/// @brief What a model was made with.
enum AI_MODEL_FRAMEWORK_TYPE {
  CAFFE = 0,        ///< Caffe
  CAFFE_8BIT,       ///< Caffe, quantised
  TENSORFLOW,       ///< TensorFlow
  TENSORFLOW_8BIT,  ///< TensorFlow, quantised
  DAVINCI_OFFLINE,  ///< converted
  DAVINCI_IR        ///< intermediate form
};

/// @brief Shape of one input or output of a model. Has no initial values.
struct TensorDimension {
  uint32_t n;          ///< pictures of a batch
  uint32_t c;          ///< channels
  uint32_t h;          ///< rows
  uint32_t w;          ///< columns
  uint32_t data_type;  ///< the model file's number of the element type
  uint32_t size;       ///< bytes of the whole tensor; not always n * c * h * w elements
  std::string name;    ///< name of the input or output
};

/// @brief Bytes of somebody else's.
struct BufferData {
  void* data = nullptr;  ///< first byte
  uint32_t size = 0;     ///< bytes
};

/// @brief Named settings of one request. A value type; not for several threads at once.
class HIAI_LIB_VISIBILITY AIContext {
 public:
  /// @brief Reads a setting.
  ///
  /// @param[in] key  its name
  /// @return the value; empty if there is none
  /// @source [header]
  const std::string GetPara(const std::string& key) const;

  /// @brief Sets a setting, in place of an older value.
  ///
  /// @param[in] key    its name
  /// @param[in] value  its value
  /// @source [header] signature, [choice] the later value stays
  void AddPara(const std::string& key, const std::string& value);

  /// @brief Forgets a setting; an unknown one is no mistake.
  ///
  /// @param[in] key  its name
  /// @source [header]
  void DeletePara(const std::string& key);

  /// @brief Lists the names of all settings.
  ///
  /// @param[out] keys  the names in alphabetical order, in place of what was there
  /// @source [header] signature, [choice] order, replacing
  void GetAllKeys(std::vector<std::string>& keys);

 private:
  std::map<std::string, std::string> paras_;
};

OPENMATRIX_ABI_ASSERT(sizeof(TensorDimension) == 56);
OPENMATRIX_ABI_ASSERT(sizeof(BufferData) == 16);
OPENMATRIX_ABI_ASSERT(sizeof(AIContext) == 48);

}  // namespace hiai
