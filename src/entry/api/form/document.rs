//! The OpenAPI document, made from the table of routes.

use std::collections::BTreeMap;

use utoipa::openapi::path::{HttpMethod, OperationBuilder, PathsBuilder};
use utoipa::openapi::schema::Components;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    ComponentsBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, PathItem, RefOr, Schema,
};

use super::{Family, Route};

/// The name of the way to present a token.
const SCHEME: &str = "token";

const ABOUT: &str = "Several models write a patch for one issue; a maintainer picks one; the bot opens that pull \
                     request.\n\nIds are UUIDs and never a right: what a token may not see answers 404. Times are RFC \
                     3339 in UTC. Lists come whole, or in pieces with `limit`; `Link` leads to the next one.";

type Schemas = BTreeMap<String, RefOr<Schema>>;

fn method(route: &Route) -> HttpMethod {
    match route.method {
        "POST" => HttpMethod::Post,
        "PUT" => HttpMethod::Put,
        "PATCH" => HttpMethod::Patch,
        "DELETE" => HttpMethod::Delete,
        _ => HttpMethod::Get,
    }
}

fn item(family: &Family, route: &Route, schemas: &mut Schemas) -> PathItem {
    let (parameters, body, replies, found) = route.draft().taken();
    schemas.extend(found);
    let security = route.scope.map(|scope| SecurityRequirement::new(SCHEME, [scope.as_str()]));
    let mut operation = OperationBuilder::new()
        .tag(family.name)
        .summary(Some(route.summary))
        .description(Some(route.description()))
        .operation_id(Some(route.id.as_str()))
        .request_body(body)
        .security(security.unwrap_or_default());
    if !parameters.is_empty() {
        operation = operation.parameters(Some(parameters));
    }
    for (status, response) in replies {
        operation = operation.response(status.to_string(), response);
    }
    PathItem::new(method(route), operation)
}

fn components(schemas: Schemas) -> Components {
    let words = "A token of `bakeoff token create`, of POST `/v1/tokens`, or the operator's. It holds some of the \
                 scopes `read`, `run`, `pick` and `admin` (which is all of them).";
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(words)).build();
    let with_scheme = ComponentsBuilder::new().security_scheme(SCHEME, SecurityScheme::Http(bearer));
    schemas.into_iter().fold(with_scheme, |built, (name, schema)| built.schema(name, schema)).build()
}

/// The document of all families.
pub fn document(families: &[Family]) -> OpenApi {
    let mut schemas = Schemas::new();
    let mut paths = PathsBuilder::new();
    for family in families {
        for route in &family.routes {
            paths = paths.path(route.path, item(family, route, &mut schemas));
        }
    }
    let license = LicenseBuilder::new().name(env!("CARGO_PKG_LICENSE")).identifier(Some(env!("CARGO_PKG_LICENSE")));
    let info = InfoBuilder::new()
        .title(env!("CARGO_PKG_NAME"))
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(ABOUT))
        .license(Some(license.build()));
    let tags = families.iter().map(|f| TagBuilder::new().name(f.name).description(Some(f.words)).build());
    OpenApiBuilder::new()
        .info(info.build())
        .paths(paths.build())
        .components(Some(components(schemas)))
        .tags(Some(tags.collect::<Vec<_>>()))
        .build()
}
