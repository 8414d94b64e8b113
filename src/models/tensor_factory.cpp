// AITensorFactory: creators by type. They are user code: none is called with the lock held, and
// what they throw ends here.
#include "base/made_once.h"
#include "base/mutex.h"
#include "base/no_destructor.h"
#include "hiaiengine/ai_tensor.h"
#include "models/tensor_description.h"
#include "os/fork_guard.h"
#include "runtime/user_call.h"

namespace openmatrix {
namespace {

using hiai::AITensorDescription;
using hiai::IAITensor;

MadeOnce<hiai::AITensorFactory> g_factory;
// Instead of the object's own, which a fork could not hold before the object is made.
Mutex g_types;
NoDestructor<HeldAcrossForks> g_making_held(ForkRank::kMakers, g_factory.making());
NoDestructor<HeldAcrossForks> g_types_held(ForkRank::kTables, g_types);

std::shared_ptr<IAITensor> CallCreator(hiai::CREATE_TENSOR_FUN creator,
                                       const AITensorDescription& description) {
  std::shared_ptr<IAITensor> tensor;
  if (creator != nullptr) {
    CallUser("tensor " + description.type(), "the creator", [&] { tensor = creator(description); });
  }
  return tensor;
}

// The description of the tensor alone: its memory is there already.
AITensorDescription WithoutSize(AITensorDescription description) {
  for (hiai::AITensorParaDescription& para : *description.mutable_paras()) {
    if (para.name() == kSizePara) para.clear_value();
  }
  return description;
}

}  // namespace
}  // namespace openmatrix

namespace hiai {

AITensorFactory::AITensorFactory() {
  RegisterTensor(AISimpleTensor::BuildDescription(), AISimpleTensor::CreateTensor);
  RegisterTensor(AINeuralNetworkBuffer::GetDescription(), AINeuralNetworkBuffer::CreateTensor);
  RegisterTensor(AIImageBuffer::GetDescription(), AIImageBuffer::CreateTensor);
  RegisterTensor(AippDynamicParaTensor::GetDescription(), AippDynamicParaTensor::CreateTensor);
}

AITensorFactory* AITensorFactory::GetInstance() {
  return &openmatrix::g_factory.Get([] { return new AITensorFactory; });
}

CREATE_TENSOR_FUN AITensorFactory::FindCreator(const std::string& type) {
  const openmatrix::MutexLock lock(openmatrix::g_types);
  auto found = creators_.find(type);
  if (found == creators_.end()) found = creators_.find(openmatrix::PlainType(type));
  return found == creators_.end() ? nullptr : found->second;
}

std::shared_ptr<IAITensor> AITensorFactory::CreateTensor(const AITensorDescription& tensorDesc) {
  return openmatrix::CallCreator(FindCreator(tensorDesc.type()), tensorDesc);
}

std::shared_ptr<IAITensor> AITensorFactory::CreateTensor(const std::string& type) {
  AITensorDescription description;
  description.set_type(type);
  return CreateTensor(description);
}

std::shared_ptr<IAITensor> AITensorFactory::CreateTensor(const AITensorDescription& tensorDesc,
                                                         void* buffer, int32_t size) {
  if (buffer == nullptr || size <= 0) return nullptr;
  const std::shared_ptr<IAITensor> tensor = CreateTensor(openmatrix::WithoutSize(tensorDesc));
  if (tensor == nullptr) return nullptr;
  const bool set = openmatrix::CallUser("tensor " + tensorDesc.type(), "SetBufferAttr",
                                        [&] { tensor->SetBufferAttr(buffer, size, false, false); });
  return set ? tensor : nullptr;
}

AIStatus AITensorFactory::RegisterTensor(const AITensorDescription& tensorDesc,
                                         CREATE_TENSOR_FUN createTensorFunc) {
  if (tensorDesc.type().empty() || createTensorFunc == nullptr) return INVALID_PARA;
  const openmatrix::MutexLock lock(openmatrix::g_types);
  if (!creators_.emplace(tensorDesc.type(), createTensorFunc).second) return FAILED;
  descriptions_[tensorDesc.type()] = tensorDesc;
  return SUCCESS;
}

AIStatus AITensorFactory::UnRegisterTensor(const AITensorDescription& tensorDesc) {
  const openmatrix::MutexLock lock(openmatrix::g_types);
  descriptions_.erase(tensorDesc.type());
  return creators_.erase(tensorDesc.type()) == 1 ? SUCCESS : FAILED;
}

void AITensorFactory::GetAllTensorDescription(AITensorDescriptionList& tensorDescList) {
  tensorDescList.clear_tensor_descs();
  const openmatrix::MutexLock lock(openmatrix::g_types);
  for (const auto& entry : descriptions_) *tensorDescList.add_tensor_descs() = entry.second;
}

AIStatus AITensorFactory::GetTensorDescription(const std::string& type,
                                               AITensorDescription& tensorDesc) {
  const openmatrix::MutexLock lock(openmatrix::g_types);
  auto found = descriptions_.find(type);
  if (found == descriptions_.end()) found = descriptions_.find(openmatrix::PlainType(type));
  if (found == descriptions_.end()) return FAILED;
  tensorDesc = found->second;
  return SUCCESS;
}

}  // namespace hiai
