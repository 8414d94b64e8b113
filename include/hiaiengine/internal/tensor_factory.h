// What every tensor can do, and the factory of tensors by type. Included by hiaiengine/ai_tensor.h,
// which applications include.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "hiaiengine/ai_types.h"
#include "hiaiengine/internal/visibility.h"
#include "proto/ai_types.pb.h"

// The vendor's GetTypeName returns `const char* const`, and overriders repeat it.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wignored-qualifiers"

namespace hiai {

/// @brief A piece of data that models take or give.
class HIAI_LIB_VISIBILITY IAITensor {
 public:
  /// @brief Nothing to do.
  IAITensor() {}
  virtual ~IAITensor() {}

  /// @brief Takes what a description says.
  ///
  /// @param[in] tensorDesc  type and parameters
  /// @return false when the description does not fit this tensor
  /// @source [header]
  virtual bool Init(const AITensorDescription& tensorDesc) = 0;

  /// @brief The type that descriptions name.
  ///
  /// @return a string that lives as long as the program
  /// @source [header]
  virtual const char* const GetTypeName() = 0;

  /// @brief Bytes of the tensor's data.
  ///
  /// @return bytes
  /// @source [header]
  virtual uint32_t ByteSizeLong() = 0;

  /// @brief Points the tensor at a buffer.
  ///
  /// @param[in] data                  the buffer
  /// @param[in] size                  its bytes
  /// @param[in] isowner               true: the tensor frees it
  /// @param[in] is_support_mem_share  whether it can be shared with the hardware
  /// @ownership with `isowner` the tensor's
  /// @source    [header]
  virtual void SetBufferAttr(void* data, int32_t size, bool isowner, bool is_support_mem_share) = 0;

  /// @brief Whether the data reaches a model without a copy. (sic: vendor spelling)
  ///
  /// @return true if it does
  /// @source [header]
  virtual bool IsSupportZerocpy() = 0;
};

/// @brief A function that makes a tensor of a description, or null.
typedef std::shared_ptr<IAITensor> (*CREATE_TENSOR_FUN)(const AITensorDescription& tensorDesc);

/// @brief The tensor types of the program by name. The library's own are there from the beginning.
///
/// @threads any, at once; also before main and from static destructors
class HIAI_LIB_VISIBILITY AITensorFactory {
 public:
  /// @brief The factory.
  ///
  /// @return never null, never destroyed
  /// @source [header]
  static AITensorFactory* GetInstance();

  /// @brief Makes a tensor with the memory that is described.
  ///
  /// @param[in] tensorDesc  its type chooses the creator
  /// @return    the tensor; null for an unknown type or when the creator fails
  /// @ownership the caller's
  /// @source    [header]
  std::shared_ptr<IAITensor> CreateTensor(const AITensorDescription& tensorDesc);

  /// @brief Makes a tensor without memory.
  ///
  /// @param[in] type  the type, with or without `hiai::` in front
  /// @return    as above
  /// @ownership the caller's
  /// @source    [header], [choice] both spellings
  std::shared_ptr<IAITensor> CreateTensor(const std::string& type);

  /// @brief Makes a tensor around a buffer of the caller's.
  ///
  /// @param[in] tensorDesc  its type chooses the creator; a size in it is not used
  /// @param[in] buffer      the buffer
  /// @param[in] size        bytes of the data, at least 1
  /// @return    as above; null also for a null buffer or another size
  /// @ownership the tensor is the caller's, the buffer stays so and must outlive it
  /// @source    [doc], [choice] null for a size below 1
  std::shared_ptr<IAITensor> CreateTensor(const AITensorDescription& tensorDesc, void* buffer,
                                          int32_t size);

  /// @brief Makes a type known. The first creator of a type stays.
  ///
  /// @param[in] tensorDesc     its type is the key
  /// @param[in] createTensorFunc  makes a tensor
  /// @return SUCCESS; INVALID_PARA for an empty type or null; FAILED for a type that is taken
  /// @source [header] signature, [choice] codes
  AIStatus RegisterTensor(const AITensorDescription& tensorDesc,
                          CREATE_TENSOR_FUN createTensorFunc);

  /// @brief The same with a description that says the type only.
  ///
  /// @param[in] type              the type
  /// @param[in] createTensorFunc  makes a tensor
  /// @return as above
  /// @source [header]
  AIStatus RegisterTensor(const std::string type, CREATE_TENSOR_FUN createTensorFunc) {
    AITensorDescription description;
    description.set_type(type);
    return RegisterTensor(description, createTensorFunc);
  }

  /// @brief Forgets a type.
  ///
  /// @param[in] tensorDesc  its type is the key
  /// @return SUCCESS; FAILED if it was not known
  /// @source [header] signature, [choice] codes
  AIStatus UnRegisterTensor(const AITensorDescription& tensorDesc);

  /// @brief The same by name.
  ///
  /// @param[in] type  the type
  /// @return as above
  /// @source [header]
  AIStatus UnRegisterTensor(const std::string type) {
    AITensorDescription description;
    description.set_type(type);
    return UnRegisterTensor(description);
  }

  /// @brief Lists all types.
  ///
  /// @param[out] tensorDescList  their descriptions in alphabetical order, in place of what was
  ///                             there
  /// @source [header] signature, [choice] order, replacing
  void GetAllTensorDescription(AITensorDescriptionList& tensorDescList);

  /// @brief Finds the description that a type was registered with.
  ///
  /// @param[in]  type        the type
  /// @param[out] tensorDesc  the description; as it was if the type is not known
  /// @return SUCCESS; FAILED for an unknown type
  /// @source [header] signature, [choice] code
  AIStatus GetTensorDescription(const std::string& type, AITensorDescription& tensorDesc);

  AITensorFactory(const AITensorFactory&) = delete;
  AITensorFactory& operator=(const AITensorFactory&) = delete;

 private:
  AITensorFactory();
  ~AITensorFactory() = default;

  CREATE_TENSOR_FUN FindCreator(const std::string& type);

  std::map<std::string, CREATE_TENSOR_FUN> creators_;
  std::map<std::string, AITensorDescription> descriptions_;
  std::mutex unused_ __attribute__((unused));  // the size is the original's
};

/// @brief Registers a type of tensor for as long as it lives; see REGISTER_TENSOR_CREATER.
class AITensorRegisterar {
 public:
  /// @brief Registers; a type that is taken stays as it is.
  ///
  /// @param[in] tensorDesc        the description
  /// @param[in] createTensorFunc  makes a tensor
  AITensorRegisterar(const AITensorDescription& tensorDesc, CREATE_TENSOR_FUN createTensorFunc)
      : description_(tensorDesc),
        status_(AITensorFactory::GetInstance()->RegisterTensor(description_, createTensorFunc)) {}

  /// @brief The same with the type only.
  ///
  /// @param[in] type              the type
  /// @param[in] createTensorFunc  makes a tensor
  AITensorRegisterar(const std::string type, CREATE_TENSOR_FUN createTensorFunc)
      : description_(), status_(FAILED) {
    description_.set_type(type);
    status_ = AITensorFactory::GetInstance()->RegisterTensor(description_, createTensorFunc);
  }

  /// @brief Forgets the type, if it was this object that made it known.
  ~AITensorRegisterar() {
    if (status_ == SUCCESS) AITensorFactory::GetInstance()->UnRegisterTensor(description_);
  }
  AITensorRegisterar(const AITensorRegisterar&) = delete;
  AITensorRegisterar& operator=(const AITensorRegisterar&) = delete;

 private:
  AITensorDescription description_;
  AIStatus status_;
};

static_assert(sizeof(IAITensor) == sizeof(void*), "part of the ABI");
OPENMATRIX_ABI_ASSERT(sizeof(std::mutex) != 40 || sizeof(AITensorFactory) == 136);

}  // namespace hiai

#pragma GCC diagnostic pop

/// @brief Makes a tensor type known for the life of a library: name of the object, description or
/// type, creator. At namespace scope. (sic: vendor spelling)
#define REGISTER_TENSOR_CREATER(name, desc, func) REGISTER_TENSOR_CREATER_UNIQUE(desc, name, func)
/// @brief Helper of REGISTER_TENSOR_CREATER.
#define REGISTER_TENSOR_CREATER_UNIQUE(desc, name, func) \
  ::hiai::AITensorRegisterar g_##name##_tensor_registerar(desc, func);
