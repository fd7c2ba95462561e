//! GitHub Actions, Forgejo's and Gitea's: `uses:` of steps and jobs, images of jobs.

use super::{Dependency, Ecosystem, Kind, Manifest, container};
use crate::facts::document::{self, Format, Malformed, Node};

pub(super) fn is(path: &str, name: &str) -> bool {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let is_yaml = name.ends_with(".yml") || name.ends_with(".yaml");
    let is_workflow = [".github", ".gitea", ".forgejo"].iter().any(|host| folder == format!("{host}/workflows"));
    is_yaml && (is_workflow || matches!(name, "action.yml" | "action.yaml"))
}

pub(super) fn read(bytes: &[u8]) -> Result<Manifest, Malformed> {
    let root = document::read(Format::Yaml, bytes)?;
    let mut manifest = Manifest::default();
    for job in root.get("jobs").into_iter().flat_map(Node::members).map(|job| &job.value) {
        uses(job, &mut manifest);
        steps(job, &mut manifest);
        if let Some(node) = job.get("container") {
            container::image_of(node.get("image").unwrap_or(node), &mut manifest);
        }
        for service in job.get("services").into_iter().flat_map(Node::members) {
            if let Some(image) = service.value.get("image") {
                container::image_of(image, &mut manifest);
            }
        }
    }
    if let Some(runs) = root.get("runs") {
        steps(runs, &mut manifest);
        if let Some(image) =
            runs.get("image").filter(|image| image.text().is_some_and(|it| it.starts_with("docker://")))
        {
            container::image_of(image, &mut manifest);
        }
    }
    Ok(manifest)
}

fn steps(node: &Node, manifest: &mut Manifest) {
    node.get("steps").into_iter().flat_map(Node::items).for_each(|step| uses(step, manifest));
}

fn uses(node: &Node, manifest: &mut Manifest) {
    let Some(uses) = node.get("uses") else { return };
    let written = uses.text().unwrap_or_default();
    if written.starts_with("docker://") {
        return container::image_of(uses, manifest);
    }
    let (path, reference) = written.split_once('@').map_or((written, None), |(path, it)| (path, Some(it)));
    let mut parts = path.split('/');
    if let (Some(owner), Some(name)) = (parts.next(), parts.next())
        && !owner.is_empty()
        && owner != "."
        && owner != ".."
    {
        let found = Dependency::new(Ecosystem::Action, &format!("{owner}/{name}"), Kind::Action, uses.line);
        manifest.add(found.requirement(reference));
    }
}
