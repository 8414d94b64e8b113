// Writes and reads the parameters of tensor descriptions: named decimal numbers.
#pragma once

#include <cstdint>
#include <memory>
#include <new>
#include <string>

#include "base/log_sink.h"
#include "hiaiengine/ai_tensor.h"
#include "proto/ai_types.pb.h"

namespace openmatrix {

// The types of the library's own tensors.
constexpr const char* kSimpleTensor = "AISimpleTensor";
constexpr const char* kNeuralNetworkBuffer = "AINeuralNetworkBuffer";
constexpr const char* kImageBuffer = "AIImageBuffer";
constexpr const char* kAippTensor = "AippDynamicParaTensor";

// The parameter that says how many bytes to allocate.
constexpr const char* kSizePara = "size";

// A type as applications may write it, without the namespace.
std::string PlainType(const std::string& type);

void AddPara(hiai::AITensorDescription& description, const char* name, const std::string& value);

// Null if there is no such parameter, or it says nothing.
const std::string* FindPara(const hiai::AITensorDescription& description, const char* name);

// True and `value` if the parameter is a number from 0 to `max`; true and no change if there is
// none; false for anything else.
bool ReadPara(const hiai::AITensorDescription& description, const char* name, std::uint32_t max,
              std::uint32_t& value);

// The same for what tensors keep with a sign.
bool ReadPara(const hiai::AITensorDescription& description, const char* name, std::int32_t& value);

// True if the description is of this type. One that says no type fits every tensor.
bool HasType(const hiai::AITensorDescription& description, const char* type);

// The body of the static CreateTensor functions: a `Tensor`, initialised, with the buffer that the
// description asks for. Null if something fails.
template <typename Tensor>
std::shared_ptr<hiai::IAITensor> MakeTensor(const hiai::AITensorDescription& description) {
  try {
    std::uint32_t bytes = 0;
    const std::shared_ptr<Tensor> tensor = std::make_shared<Tensor>();
    if (!ReadPara(description, kSizePara, UINT32_MAX, bytes) || !tensor->Init(description)) {
      Log(LogLevel::kWarning, "no tensor: the description does not fit %s", tensor->GetTypeName());
      return nullptr;
    }
    // Init has made a buffer already if the type's contents are not the user's.
    if (bytes > 0 && tensor->GetBuffer() == nullptr && tensor->MallocDataBuffer(bytes) == nullptr) {
      return nullptr;
    }
    return tensor;
  } catch (const std::bad_alloc&) {
    Log(LogLevel::kError, "no tensor: the process is out of ordinary memory");
    return nullptr;
  }
}

}  // namespace openmatrix
