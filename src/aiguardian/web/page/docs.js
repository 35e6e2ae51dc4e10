// Starts Swagger UI on this gateway's own description. Paths are relative: behind a proxy with
// a prefix they still lead here.
SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#api",
  deepLinking: true,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
});
