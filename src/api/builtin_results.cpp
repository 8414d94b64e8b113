// Built-in messages: attributes, evaluations, classes.
#include "api/builtin_types.h"
#include "hiaiengine/internal/data_type_result.h"

namespace openmatrix {

BuiltinTypes BuiltinResults() {
  static constexpr BuiltinType kTypes[] = {
      OPENMATRIX_BUILTIN_TEMPLATE(Attribute),
      OPENMATRIX_BUILTIN_TEMPLATE(AttributeTopN),
      OPENMATRIX_BUILTIN_TEMPLATE(AttributeVec),
      OPENMATRIX_BUILTIN_TEMPLATE(AttributeResultPara),
      OPENMATRIX_BUILTIN_TEMPLATE(BatchAttributeResultPara),
      OPENMATRIX_BUILTIN_TEMPLATE(EvaluationResult),
      OPENMATRIX_BUILTIN_TEMPLATE(EvaluationResultVec),
      OPENMATRIX_BUILTIN_TEMPLATE(EvaluationResultPara),
      OPENMATRIX_BUILTIN_TEMPLATE(BatchEvaluationResultPara),
      OPENMATRIX_BUILTIN_TEMPLATE(Classification),
      OPENMATRIX_BUILTIN_TEMPLATE(ClassificationTopN),
      OPENMATRIX_BUILTIN_TEMPLATE(ClassificationVec),
      OPENMATRIX_BUILTIN_TEMPLATE(ClassificationResultPara),
      OPENMATRIX_BUILTIN_TEMPLATE(BatchClassificationResultPara),
  };
  return AllOf(kTypes);
}

}  // namespace openmatrix
